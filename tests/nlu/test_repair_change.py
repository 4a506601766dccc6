"""What callers say of a report made before, in four languages: what is to become of it, its number, its time."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.acts import plain_of
from nlu.language import LANGUAGES
from nlu.meaning import Category, Change, Earlier, Expecting, Level, Redirect, Urgency
from nlu.normalise import normalise
from nlu.repair_change import FILE, Changes, judged_by, load_changes
from nlu.source import DATA_DIR, BadDataError

CANCEL, WORSE, PLACE = Change.CANCEL, Change.WORSE, Change.PLACE
_shipped = cache(lambda language: load_changes(DATA_DIR, language))


def find(text: str, language: str) -> Earlier:
    changes: Changes = _shipped(language)
    clean = normalise(text)
    return changes.find(clean, plain_of(clean, language)) or Earlier()


@pytest.mark.parametrize(
    ("text", "language", "change"),
    [
        ("さっき電話した水もれ、止まりました", "ja", CANCEL),
        ("サッキデンワシタミズモレ、トマリマシタ", "ja", CANCEL),
        ("もう来ていただかなくて大丈夫です", "ja", CANCEL),
        ("さっきの通報の取消しをお願いします", "ja", CANCEL),
        ("業者さんが来て直してくれました", "ja", CANCEL),
        ("もう止まったさけ、来んでもいいがや", "ja", CANCEL),
        ("もっとひどくなりました", "ja", WORSE),
        ("モットヒドクナリマシタ", "ja", WORSE),
        ("水の量が増えて道路いっぱいになってます", "ja", WORSE),
        ("止まったと思ったら、また水が出てきました", "ja", WORSE),
        ("ひどくなっていましたが、いまは止まりました", "ja", CANCEL),
        ("水が止まりません", "ja", WORSE),
        ("まだ誰も来ないんですが", "ja", WORSE),
        ("場所を間違えました", "ja", PLACE),
        ("バショヲマチガエマシタ", "ja", PLACE),
        ("三丁目じゃなくて二丁目でした", "ja", PLACE),
        ("番地、12の3じゃなくて13の2です", "ja", PLACE),
        ("キャンセルじゃなくて、また出てきました", "ja", WORSE),
        ("寺町の水もれの件です", "ja", None),
        ("", "ja", None),
        ("it has stopped by itself now so please don't send anyone", "en", CANCEL),
        ("no need to come any more", "en", CANCEL),
        ("The leak I reported is getting worse", "en", WORSE),
        ("it hasn't stopped", "en", None),
        ("I gave you the wrong address", "en", PLACE),
        ("about the leak on the road", "en", None),
        ("现在水自己停了，不用来了", "zh", CANCEL),
        ("我要取消剛才的報修", "zh", CANCEL),
        ("现在水更大了", "zh", WORSE),
        ("我刚才地址说错了", "zh", PLACE),
        ("路上的水还没停", "zh", None),
        ("지금 저절로 멈췄으니까 안 오셔도 돼요", "ko", CANCEL),
        ("아까 그 구멍이 더 커졌어요", "ko", WORSE),
        ("아까 주소를 잘못 말했어요", "ko", PLACE),
        ("아직 안 오셨어요", "ko", WORSE),
    ],
)
def test_what_is_to_become_of_the_report(text: str, language: str, change: Change | None) -> None:
    assert find(text, language).change is change


@pytest.mark.parametrize(
    ("text", "language", "reference"),
    [
        ("受付番号0012です", "ja", "0012"),
        ("受付番号は12番です", "ja", "12"),
        ("ウケツケバンゴーゼロゼロイチニデス", "ja", "0012"),
        ("受付番号、ゼロ、ゼロ、イチ、ニ、です", "ja", "0012"),
        ("受付番号は十七番です", "ja", "17"),
        ("受付番号0012の水もれの件です", "ja", "0012"),
        ("受付番号がわかりません", "ja", None),
        ("寺町二丁目12の3です", "ja", None),
        ("番号は0760000001です", "ja", None),
        ("my reference number is 0012", "en", "0012"),
        ("The reference number is zero zero one two.", "en", "0012"),
        ("the ticket is seventeen", "en", "17"),
        ("my phone number is 0760000001", "en", None),
        ("我的受理编号是0012", "zh", "0012"),
        ("受理編號是零零一二", "zh", "0012"),
        ("접수 번호는 0012번이에요", "ko", "0012"),
        ("접수번호 공공일이요", "ko", "001"),
        ("접수 번호는 모르고요", "ko", None),
    ],
)
def test_the_number_of_a_report_is_heard_where_it_is_named_as_such(
    text: str, language: str, reference: str | None
) -> None:
    assert find(text, language).reference == reference


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        ("一時間ほど前に電話しました", "ja", Earlier(ago=60)),
        ("30分前に電話した者です", "ja", Earlier(ago=30)),
        ("九時ごろ電話した者です", "ja", Earlier(hours=((8, 10), (20, 22)))),
        ("昼ごろ電話した者です", "ja", Earlier(hours=((11, 15),))),
        ("夕方に連絡した者です", "ja", Earlier(hours=((16, 20),))),
        ("昨日電話した者です", "ja", Earlier(days=1)),
        ("I called half an hour ago", "en", Earlier(ago=30)),
        ("I rang at nine", "en", Earlier(hours=((8, 10), (20, 22)))),
        ("我一个小时前打过电话", "zh", Earlier(ago=60)),
        ("昨天打过电话", "zh", Earlier(days=1)),
        ("한 시간 전에 전화했어요", "ko", Earlier(ago=60)),
    ],
)
def test_when_the_report_was_made(text: str, language: str, told: Earlier) -> None:
    assert find(text, language) == told


CALM = Urgency(Level.CALM, 0.1)


@pytest.mark.parametrize(
    ("earlier", "expecting", "level"),
    [
        (Earlier(WORSE, "12"), Expecting.ANYTHING, Level.URGENT),
        (Earlier(None, "12"), Expecting.ANYTHING, Level.UNSURE),
        (Earlier(WORSE, "12"), Expecting.PHONE, Level.CALM),
        (Earlier(WORSE), Expecting.ANYTHING, Level.CALM),
        (None, Expecting.ANYTHING, Level.CALM),
    ],
)
def test_a_number_with_a_change_is_urgent_and_alone_a_question(
    earlier: Earlier | None, expecting: Expecting, level: Level
) -> None:
    judged = judged_by(CALM, earlier, expecting)
    assert judged.level is level
    assert judged.category is (None if level is Level.CALM else Category.REPAIR_CANCEL_CHANGE)


def test_a_number_sends_nobody_away_from_119() -> None:
    fire = Urgency(Level.CALM, 0.1, redirect=Redirect.FIRE_AMBULANCE)
    assert judged_by(fire, Earlier(WORSE, "12"), Expecting.ANYTHING) == fire


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("worse:", "worst:", "changes.yaml: worse"),
        ("  60: [", "  sixty: [", "changes.yaml: ago.sixty"),
        ("  16-20: [", "  16-30: [", "changes.yaml: parts.16-30"),
        ("days:", "day:", "changes.yaml: days"),
        ("number:", "numbers:", "changes.yaml: number"),
    ],
)
def test_bad_data_is_refused_with_file_and_remedy(tmp_path: Path, old: str, new: str, says: str) -> None:
    folder = tmp_path / "ja"
    folder.mkdir()
    (folder / "phones.yaml").write_bytes((DATA_DIR / "ja" / "phones.yaml").read_bytes())
    text = (DATA_DIR / "ja" / FILE).read_text(encoding="utf-8")
    assert f"\n{old}" in text
    (folder / FILE).write_text(text.replace(f"\n{old}", f"\n{new}", 1), encoding="utf-8")
    with pytest.raises(BadDataError) as refusal:
        load_changes(tmp_path, "ja")
    assert says in str(refusal.value)


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=80), language=st.sampled_from(LANGUAGES))
def test_no_text_makes_it_fail(text: str, language: str) -> None:
    assert isinstance(find(text, language), Earlier)
