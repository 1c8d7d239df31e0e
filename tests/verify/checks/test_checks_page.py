"""The page of documentation says of each check what the check says of itself."""

from kubilitics_chartgen.verify.checks import CHECKS
from tests.tools import REPOSITORY


def test_the_page_is_fresh_and_names_every_check():
    page = (REPOSITORY / "docs" / "checks.md").read_text(encoding="utf-8")
    for check in CHECKS:
        section = page.split(f"## {check.name}\n")[1].split("\n## ")[0]
        assert check.sentence in section
        assert check.fix in section
        assert check.severity in section
    assert page.count("\n## ") == len(CHECKS)
