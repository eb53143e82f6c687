"""`campus config` shows and changes settings; what does not fit is refused in one sentence and changes nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from data.config import Settings
from data.repositories import settings as repository
from data.session import unit_of_work
from data.settings import DbRole
from etl.cli import run
from tests.database.viewers import as_owner

if TYPE_CHECKING:
    from collections.abc import Callable

    Config = Callable[..., tuple[int, str, str]]


@pytest.fixture
def config(shared_database: str, capsys: pytest.CaptureFixture[str]) -> Config:
    """Run `campus config` on a database without settings of its own; gives exit code, output and messages."""
    as_owner("TRUNCATE core.setting")

    def words(*given: str, lang: str = "en") -> tuple[int, str, str]:
        code = run(["config", *given, "--lang", lang])
        out, err = capsys.readouterr()
        return code, out, err

    return words


def in_force() -> Settings:
    with unit_of_work(DbRole.LOADER) as connection:
        return repository.read(connection)


def written() -> int:
    return int(as_owner("SELECT count(*) FROM core.setting"))


def test_list_shows_every_setting_as_json_one_a_line(config: Config) -> None:
    code, out, err = config("list")
    listed = dict(line.split("\t") for line in out.splitlines())
    assert (code, err) == (0, "")
    assert list(listed) == list(Settings.model_fields)
    assert {key: json.loads(value) for key, value in listed.items()} == Settings().model_dump(mode="json")


@pytest.mark.parametrize("key", Settings.model_fields)
def test_get_prints_what_can_be_set_again_and_changes_nothing(config: Config, key: str) -> None:
    code, out, _ = config("get", key)
    assert code == 0
    assert json.loads(out) == Settings().model_dump(mode="json")[key]
    assert config("set", key, out.strip())[0] == 0
    assert in_force() == Settings()


@pytest.mark.parametrize(
    ("key", "given", "held"),
    [
        ("rings_m", "[100, 300]", [100, 300]),
        ("district", "320413", "320413"),
        ("district", '"320413"', "320413"),
        ("district_name", "金坛区", "金坛区"),
        ("map_approval_no", "2024", "2024"),
        ("map_approval_no", "true", "true"),
        ("map_attribution", "", ""),
        ("default_mobility", "car", "car"),
        ("guard_counts_school_guards", "true", True),
        ("nightly_build_at", "04:00", "04:00:00"),
        ("timezone", "Europe/Helsinki", "Europe/Helsinki"),
        ("max_reject_share", "0", 0.0),
        ("reach_m", '{"foot": 200}', {"foot": 200.0, "ebike": 400.0, "car": 800.0}),
        ("duty_assumed", "[]", []),
    ],
)
def test_a_value_is_json_or_plain_text_and_what_is_in_force_is_said(
    config: Config, key: str, given: str, held: Any
) -> None:
    code, out, err = config("set", key, given)
    assert (code, out) == (0, "")
    assert f"{key} is now {json.dumps(held, ensure_ascii=False)}" in err
    assert json.loads(config("get", key)[1]) == held


def test_null_goes_back_to_the_default(config: Config) -> None:
    config("set", "rings_m", "[100]")
    code, _, err = config("set", "rings_m", "null")
    assert code == 0
    assert "[50, 200, 500]" in err
    assert in_force() == Settings()


def test_the_history_of_a_setting_is_kept_and_can_be_looked_back_at(config: Config) -> None:
    before = datetime.now(tz=UTC)
    config("set", "guard_radius_m", "60")
    config("set", "guard_radius_m", "70")
    with unit_of_work(DbRole.LOADER) as connection:
        history = repository.history(connection, "guard_radius_m")
        assert history["value"].tolist() == [60, 70]
        assert set(history["set_by"]) == {"cli"}
        assert repository.read(connection, at=history["valid_from"][0]).guard_radius_m == 60
        assert repository.read(connection, at=before - timedelta(seconds=1)).guard_radius_m == 50
        assert repository.history(connection).equals(history)


@pytest.mark.parametrize(
    "words", [("get", "ringz"), ("set", "ringz", "1"), ("get", ""), ("set", "model_config", "1")]
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_setting_that_there_is_not_is_named_in_one_sentence(
    config: Config, words: tuple[str, ...], lang: str
) -> None:
    code, out, err = config(*words, lang=lang)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert words[1] in err
    assert written() == 0


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("rings_m", "[200, 50]"), ("rings_m", "[]"), ("rings_m", "[50, 50]"), ("rings_m", "50"), ("rings_m", "[0]"),
        ("rings_m", "[50.5]"), ("rings_m", "fifty"), ("rings_m", "[50"),
        ("quad_segs", "7"), ("quad_segs", "16.5"), ("quad_segs", ""),
        ("guard_radius_m", "NaN"), ("guard_radius_m", "Infinity"), ("guard_radius_m", "0"), ("guard_radius_m", "1e9"),
        ("max_reject_share", "1.1"), ("max_end_share", '"half"'), ("turnout_s", "NaN"),
        ("timezone", "Mars/Phobos"), ("timezone", "../../etc/passwd"), ("timezone", ""), ("timezone", "8"),
        ("nightly_build_at", "25:00"), ("nightly_build_at", "4"), ("nightly_build_at", "04:00Z"),
        ("morning_in_before", "11:00+08:00"), ("morning_in_before", "noon"),
        ("duty_assumed", '["castle"]'), ("default_mobility", "horse"), ("guard_counts_school_guards", "maybe"),
        ("reach_m", '{"foot": 200, "horse": 3}'), ("reach_m", '{"foot": -1}'), ("reach_m", "200"),
        ("speeds_kmh", '{"car": {"primary": 0}}'),
        ("default_bells", '{"primary": [{"direction": "up", "start": "08:00"}]}'),
        ("default_bells", '{"primary": [{"direction": "in", "start": "08:00Z"}]}'),
        ("default_bells", '{"castle": []}'),
        ("school_tier_min", "4"), ("tiers_min", "[1, 3]"), ("afternoon_out_before", "10:00"),
        ("map_attribution", '"two\\nlines"'), ("district_name", '"a\\u0000b"'), ("district_name", '"\\ud800"'),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_refused_in_one_sentence_that_names_its_setting(
    config: Config, key: str, value: str
) -> None:
    config("set", "duty_assumed", '["police_box"]')
    before = in_force()
    code, out, err = config("set", key, value)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert f" {key}" in err
    assert in_force() == before
    assert written() == 1


def test_a_change_that_breaks_a_rule_over_several_settings_is_refused_also_on_the_way_back(
    config: Config,
) -> None:
    assert config("set", "tiers_min", "[1, 4, 5]")[0] == 0
    assert config("set", "school_tier_min", "4")[0] == 0
    code, _, err = config("set", "tiers_min", "null")
    assert code == 2
    assert "tiers_min" in err
    assert in_force().tiers_min == (1, 4, 5)


@pytest.mark.parametrize(
    "words", [(), ("get",), ("set", "rings_m"), ("set",), ("forget", "rings_m"), ("list", "x")]
)
def test_missing_or_needless_words_are_wrong_usage(config: Config, words: tuple[str, ...]) -> None:
    code, _, _ = config(*words)
    assert code == 2


def test_a_setting_of_a_later_version_is_named_and_not_passed_over(config: Config) -> None:
    as_owner("INSERT INTO core.setting (key, value, set_by) VALUES ('later', '1', 'cli')")
    code, _, err = config("list")
    assert code == 2
    assert "later" in err


def test_a_build_uses_what_was_set(config: Config) -> None:
    config("set", "rings_m", "[75]")
    assert run(["build", "perimeters", "--lang", "en"]) == 0
    with unit_of_work(DbRole.OWNER) as connection:
        params = connection.execute(text("SELECT params FROM audit.run")).scalar_one()
    assert params["rings_m"] == [75]
    assert params["guard_radius_m"] == 50
