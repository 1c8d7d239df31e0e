"""Updates of single components, and the order of a full one."""

from kubilitics_chartgen.model.compatibility import MATRIX, Status, decide, route, updates


def state(*versions):
    return dict(zip(("frontend", "backend", "ai"), versions, strict=False))


def steps(found):
    return [(step.component, step.version) for step in found]


def test_ai_goes_before_the_backend_because_an_ai_behind_is_not_recommended():
    found = updates(state("1.2.0", "1.2.0", "1.2.0"), state("1.3.0", "1.3.0", "1.3.0"), MATRIX)
    assert steps(found.full) == [("ai", "1.3.0"), ("frontend", "1.3.0"), ("backend", "1.3.0")]
    assert found.through is Status.COMPATIBLE
    allowed = {(step.component, step.version): step.verdict.status for step in found.single}
    assert allowed == {
        ("frontend", "1.3.0"): Status.COMPATIBLE,
        ("backend", "1.3.0"): Status.NOT_RECOMMENDED,
        ("ai", "1.3.0"): Status.COMPATIBLE,
    }


def test_every_state_on_the_way_is_compatible():
    start, goal = state("1.1.0", "1.1.0", "1.1.9"), state("1.3.0", "1.3.0", "1.3.0")
    now = dict(start)
    found = updates(start, goal, MATRIX).full
    for step in found:
        now[step.component] = step.version
        assert decide(now, MATRIX).status is not Status.BLOCKED
    assert now == goal


def test_where_the_direct_way_is_blocked_a_release_in_between_is_used():
    found = updates(state("1.0.0", "1.0.0"), state("1.3.0", "1.3.0"), MATRIX)
    blocked = [step for step in found.single if step.version == "1.3.0"]
    assert {step.verdict.status for step in blocked} == {Status.BLOCKED}
    assert len(found.full) == 3
    assert found.through is Status.COMPATIBLE


def test_a_security_patch_of_the_backend_alone():
    found = updates(state("1.2.0", "1.2.0", "1.2.0"), state("1.2.0", "1.2.4", "1.2.0"), MATRIX)
    assert steps(found.full) == [("backend", "1.2.4")]
    assert found.full[0].verdict.status is Status.COMPATIBLE


def test_nothing_to_do_and_no_way():
    here = state("1.2.0", "1.2.0")
    assert updates(here, here, MATRIX).full == ()
    assert route(state("1.2.0", "1.2.0"), state("2.0.0", "2.0.0"), MATRIX, worst=Status.NOT_RECOMMENDED) is None


def test_a_prerelease_comes_before_its_release():
    found = updates(state("1.2.0-rc.2", "1.2.0-rc.2"), state("1.2.0-rc.10", "1.2.0-rc.10"), MATRIX)
    assert steps(found.full) == [("frontend", "1.2.0-rc.10"), ("backend", "1.2.0-rc.10")]
    assert found.through is Status.NOT_RECOMMENDED
