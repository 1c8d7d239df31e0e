"""The compatibility matrix of Kubilitics: the one place where it is stated. No I/O.

From section 7 of the delivery architecture come its three rows: releases of one number belong together; a backend or an
AI one minor version behind the frontend is compatible; an AI behind the backend lacks features and is not recommended.
From section 10 come AI 1.2 with backend 1.1, frontend 1.2 with backend 1.1 (the frontend degrades gracefully), and the
window in which releases are tested with each other: the current minor version and the two before. What is further
apart, or of another major version, is blocked. Kubernetes: the versions that the chart is validated for.

A new release adds itself to `releases` and widens or adds the rules that name its minor version; `compat lint` says
what is then missing.
"""

from __future__ import annotations

from kubilitics_chartgen.model.compatibility.matrix import Answer, Matrix, Rule, Status

__all__ = ["MATRIX"]

V1_0, V1_1, V1_2, V1_3 = (f">=1.{minor}.0, <1.{minor + 1}.0" for minor in range(4))
V1_0_TO_1_1 = ">=1.0.0, <1.2.0"
V1_1_TO_1_2 = ">=1.1.0, <1.3.0"
V1_1_TO_1_3 = ">=1.1.0, <1.4.0"
V1_2_TO_1_3 = ">=1.2.0, <1.4.0"
BEFORE_2, FROM_2 = ">=1.0.0, <2.0.0", ">=2.0.0"

NO_STABLE = "releases before 1.0 promise no compatibility"
TOO_FAR = "more than two minor versions apart, which no release is tested with"
OTHER_MAJOR = "another major version may break what the other relies on"
SAME_LINE = "made and tested together"
IN_WINDOW = "within the window that releases are tested in"

AI_TABLES = ("the backend's store of AI investigations", "the backend's AI cache", "the backend's AI audit log")
"""What the backend keeps in its own tables from 1.2 on (section 10)."""
AI_PAGES = ("AI Configuration in Settings", "the AI pages of the web interface")
"""What the frontend has from 1.2 on (section 10)."""

FRONTEND_AND_BACKEND = (
    Rule("core-1.0", {"frontend": V1_0, "backend": V1_0}, Status.COMPATIBLE, SAME_LINE),
    Rule("core-1.1", {"frontend": V1_1, "backend": V1_1}, Status.COMPATIBLE, SAME_LINE),
    Rule("core-1.2", {"frontend": V1_2, "backend": V1_2}, Status.COMPATIBLE, SAME_LINE),
    Rule("core-1.3", {"frontend": V1_3, "backend": V1_3}, Status.COMPATIBLE, SAME_LINE),
    Rule("frontend-1.1-newer", {"frontend": V1_1, "backend": V1_0}, Status.COMPATIBLE, IN_WINDOW),
    Rule(
        "frontend-1.2-newer",
        {"frontend": V1_2, "backend": V1_0_TO_1_1},
        Status.COMPATIBLE,
        "the frontend does without what the backend does not offer yet",
        AI_TABLES,
    ),
    Rule(
        "frontend-1.3-with-backend-1.1",
        {"frontend": V1_3, "backend": V1_1},
        Status.COMPATIBLE,
        "the frontend does without what the backend does not offer yet",
        (*AI_TABLES, "what backend 1.3 adds"),
    ),
    Rule(
        "frontend-1.3-with-backend-1.2",
        {"frontend": V1_3, "backend": V1_2},
        Status.COMPATIBLE,
        "the frontend does without what the backend does not offer yet",
        ("what backend 1.3 adds",),
    ),
    Rule("frontend-1.3-too-far", {"frontend": V1_3, "backend": V1_0}, Status.BLOCKED, TOO_FAR),
    Rule("backend-1.1-newer", {"frontend": V1_0, "backend": V1_1_TO_1_2}, Status.COMPATIBLE, IN_WINDOW),
    Rule("backend-1.2-newer", {"frontend": V1_1, "backend": V1_2_TO_1_3}, Status.COMPATIBLE, IN_WINDOW, AI_PAGES),
    Rule("backend-1.3-newer", {"frontend": V1_2, "backend": V1_3}, Status.COMPATIBLE, IN_WINDOW),
    Rule("backend-1.3-too-far", {"frontend": V1_0, "backend": V1_3}, Status.BLOCKED, TOO_FAR),
    Rule("frontend-2", {"frontend": FROM_2, "backend": BEFORE_2}, Status.BLOCKED, OTHER_MAJOR),
    Rule("backend-2", {"frontend": BEFORE_2, "backend": FROM_2}, Status.BLOCKED, OTHER_MAJOR),
)

BACKEND_AND_AI = (
    Rule("backend-ai-1.1", {"backend": V1_1, "ai": V1_1}, Status.COMPATIBLE, SAME_LINE),
    Rule("backend-ai-1.2", {"backend": V1_2, "ai": V1_2}, Status.COMPATIBLE, SAME_LINE),
    Rule("backend-ai-1.3", {"backend": V1_3, "ai": V1_3}, Status.COMPATIBLE, SAME_LINE),
    Rule(
        "ai-1.1-newer",
        {"backend": V1_0, "ai": V1_1_TO_1_2},
        Status.COMPATIBLE,
        "AI uses a part of what the backend offers",
    ),
    Rule(
        "ai-1.2-newer",
        {"backend": V1_1, "ai": V1_2_TO_1_3},
        Status.COMPATIBLE,
        "AI uses a part of what the backend offers",
    ),
    Rule("ai-1.3-newer", {"backend": V1_2, "ai": V1_3}, Status.COMPATIBLE, "AI uses a part of what the backend offers"),
    Rule("ai-1.3-too-far", {"backend": V1_0, "ai": V1_3}, Status.BLOCKED, TOO_FAR),
    Rule(
        "ai-misses-1.2",
        {"backend": V1_2, "ai": V1_1},
        Status.NOT_RECOMMENDED,
        "AI is behind and misses features",
        ("what AI 1.2 adds",),
    ),
    Rule(
        "ai-misses-1.3",
        {"backend": V1_3, "ai": V1_2},
        Status.NOT_RECOMMENDED,
        "AI is behind and misses features",
        ("what AI 1.3 adds",),
    ),
    Rule(
        "ai-misses-1.2-and-1.3",
        {"backend": V1_3, "ai": V1_1},
        Status.NOT_RECOMMENDED,
        "AI is behind and misses features",
        ("what AI 1.2 adds", "what AI 1.3 adds"),
    ),
    Rule("ai-2", {"backend": BEFORE_2, "ai": FROM_2}, Status.BLOCKED, OTHER_MAJOR),
    Rule("ai-before-2", {"backend": FROM_2, "ai": ">=1.1.0, <2.0.0"}, Status.BLOCKED, OTHER_MAJOR),
)

FRONTEND_AND_AI = (
    Rule(
        "frontend-without-ai",
        {"frontend": V1_0_TO_1_1, "ai": V1_1_TO_1_3},
        Status.NOT_RECOMMENDED,
        "the frontend has nothing that shows AI",
        AI_PAGES,
    ),
    Rule("frontend-and-ai", {"frontend": V1_2_TO_1_3, "ai": V1_1_TO_1_3}, Status.COMPATIBLE, IN_WINDOW),
    Rule("frontend-2-ai", {"frontend": FROM_2, "ai": ">=1.1.0, <2.0.0"}, Status.BLOCKED, OTHER_MAJOR),
    Rule("frontend-ai-2", {"frontend": BEFORE_2, "ai": FROM_2}, Status.BLOCKED, OTHER_MAJOR),
)

ALONE = (
    Rule("frontend-0", {"frontend": "<1.0.0"}, Status.BLOCKED, NO_STABLE),
    Rule("backend-0", {"backend": "<1.0.0"}, Status.BLOCKED, NO_STABLE),
    Rule("ai-none", {"ai": "<1.1.0"}, Status.BLOCKED, "AI has come with release 1.1"),
)

CHART = (
    Rule("chart-frontend-2", {"chart": BEFORE_2, "frontend": FROM_2}, Status.BLOCKED, OTHER_MAJOR),
    Rule("chart-backend-2", {"chart": BEFORE_2, "backend": FROM_2}, Status.BLOCKED, OTHER_MAJOR),
    Rule("chart-ai-2", {"chart": BEFORE_2, "ai": FROM_2}, Status.BLOCKED, OTHER_MAJOR),
    Rule("kubernetes", {"chart": V1_2, "kubernetes": ">=1.25.0"}, Status.COMPATIBLE, "validated for these versions"),
    Rule(
        "kubernetes-too-old",
        {"chart": V1_2, "kubernetes": "<1.25.0"},
        Status.BLOCKED,
        "the chart is made for Kubernetes 1.25 and newer",
    ),
)

MATRIX = Matrix(
    releases={
        "frontend": ("1.0.0", "1.1.0", "1.2.0", "1.3.0"),
        "backend": ("1.0.0", "1.1.0", "1.1.5", "1.1.9", "1.2.0", "1.3.0"),
        "ai": ("1.1.9", "1.2.0", "1.3.0"),
        "chart": ("1.2.0",),
        "kubernetes": ("1.25.0", "1.37.0"),
    },
    rules=(*FRONTEND_AND_BACKEND, *BACKEND_AND_AI, *FRONTEND_AND_AI, *ALONE, *CHART),
    answers={
        "unreadable": Answer(
            Status.NOT_RECOMMENDED,
            "this names no single release, so nobody can say what it goes with; give the full version, such as 1.2.0",
        ),
        "prerelease": Answer(
            Status.NOT_RECOMMENDED,
            "a pre-release is tried only with the rest of its release; it is judged as the release it leads to",
        ),
        "newer": Answer(
            Status.NOT_RECOMMENDED,
            "newer than everything this compatibility matrix knows; look it up in the matrix of a newer release",
        ),
    },
    blocked_update=(
        "A new version of Kubilitics is available but requires an updated system configuration. Please contact support."
    ),
)
