"""The browser telephone in a real browser: by voice, by typed words, by keys; and that everybody can use it.

One module, since a running Playwright keeps its event loop in this thread.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from audio.mulaw import decode
from tests.e2e.conftest import Open, caller_wav, free_port, running_desk

HERE = Path(__file__).parent
LEAK = "あの、道路のアスファルトから水がどんどん湧いてきとるんですけど"
GREETING_S = 15.0
"""The greeting of the night line is over by then, and the wait for a reply is not."""

SLOW_MS = 40_000
TOO_SMALL = """() => [...document.querySelectorAll("button, input, a:not(.skip)")].filter((one) => one.offsetParent)
    .map((one) => [one, (one.closest("label") ?? one).getBoundingClientRect()])
    .filter(([, box]) => box.height < 44 || box.width < 44).map(([one]) => one.outerHTML)"""
NAMELESS = """() => [...document.querySelectorAll("button, input, meter")].filter((one) => one.offsetParent)
    .filter((one) => !(one.ariaLabel || one.textContent.trim() || one.labels?.length)).map((one) => one.outerHTML)"""
ASKS = "話すか、番号を押してください"


def ring(page: Page, *, number: str = "夜間の緊急電話", time: str = "夜 21:10", microphone: bool = False) -> None:
    page.get_by_label(number).check()
    page.get_by_role("button", name=time).click()
    page.get_by_label("マイクを使う").set_checked(microphone)
    page.get_by_role("button", name="電話をかける").click()
    expect(page.locator("#line")).to_have_text("通話中", timeout=SLOW_MS)


def until_asked(page: Page, question: str) -> None:
    """The desk has put its question and listens."""
    expect(page.locator("#question")).to_have_text(question, timeout=SLOW_MS)
    expect(page.locator("#hint")).to_have_text(ASKS, timeout=SLOW_MS)


def say(page: Page, text: str) -> None:
    page.get_by_label("文字で話す").fill(text)
    page.get_by_role("button", name="話す", exact=True).click()


def said_by(page: Page, who: str) -> Locator:
    return page.locator(f"#talk > .{who}:not(.hearing) > .words")


def test_a_leak_told_by_microphone_at_night_becomes_a_ticket(open_phone: Open, tmp_path: Path) -> None:
    page = open_phone(hears=caller_wav(tmp_path / "caller.wav", LEAK, GREETING_S, 5.0))
    ring(page, microphone=True)
    expect(page.locator("#ticket")).to_be_visible(timeout=SLOW_MS)
    expect(page.locator("#level-badge")).to_have_text("■ 緊急")
    expect(page.locator("#category")).to_have_text("道路などの水もれ")
    expect(page.locator("#why > li").first).not_to_be_empty()
    expect(page.locator("#ticket-number")).to_have_text("0001")
    expect(said_by(page, "caller").first).to_have_text(re.compile("ミズ|水"))
    expect(said_by(page, "desk").first).to_contain_text("夜間の緊急受付")


def test_a_whole_report_by_typed_words_and_its_end(open_phone: Open) -> None:
    page = open_phone()
    ring(page)
    until_asked(page, "ご用件")
    say(page, LEAK)
    until_asked(page, "場所")
    say(page, "泉野出町四丁目12の3です")
    until_asked(page, "復唱の確認")
    say(page, "はい")
    expect(page.locator("#ticket-partial")).to_have_text("● 聞き取り完了", timeout=SLOW_MS)
    expect(page.locator("#ticket-place")).to_have_text("泉野出町4丁目12の3")
    expect(page.locator("#ticket-phone")).to_have_text("0760000001（発信者番号）")
    expect(page.locator("#notice")).to_contain_text("【緊急受付】")
    expect(page.locator("#ticket-status")).to_have_text("● 連絡済み", timeout=SLOW_MS)
    expect(page.locator("#line")).to_have_text("通話終了", timeout=SLOW_MS)
    expect(page.get_by_role("button", name="電話をかける")).to_be_enabled()


def test_a_key_interrupts_and_hanging_up_half_way_leaves_a_ticket(open_phone: Open) -> None:
    page = open_phone()
    ring(page)
    expect(page.locator("#question")).to_have_text("ご用件", timeout=SLOW_MS)
    page.wait_for_timeout(6000)  # the question is being put: a key need not wait for its end
    page.get_by_role("button", name="1", exact=True).click()
    expect(page.locator("#talk")).to_contain_text("番号を押しました：1", timeout=SLOW_MS)
    page.get_by_role("button", name="電話を切る").click()
    expect(page.locator("#line")).to_have_text("通話終了")
    expect(page.locator("#talk")).to_contain_text("電話が切れました")
    expect(page.locator("#ticket-partial")).to_have_text("▲ 途中まで")
    expect(page.get_by_role("button", name="電話をかける")).to_be_focused()


def test_a_caller_who_wants_a_person_waits_and_is_joined(open_phone: Open) -> None:
    page = open_phone()
    ring(page, number="コールセンター", time="昼 14:00")
    until_asked(page, "ご用件")
    say(page, "オペレーターにつないでください")
    expect(page.get_by_text("試験のため、つながりません")).to_be_visible(timeout=SLOW_MS)
    page.get_by_role("button", name="担当者が出た").click()
    expect(page.locator("#line")).to_have_text("担当者と通話中", timeout=SLOW_MS)
    page.get_by_role("button", name="担当者との通話を終える").click()
    expect(page.locator("#talk")).to_contain_text("担当者との通話が終わりました", timeout=SLOW_MS)


def test_without_live_sound_the_caller_is_heard_by_recordings(open_phone: Open, tmp_path: Path) -> None:
    """Words typed while the desk still speaks are said when it records."""
    with running_desk(tmp_path, free_port(), MIZUMADO_EARS="record", TMPDIR=str(tmp_path)) as recording:
        page = open_phone(lost=recording.origin)
        ring(page)
        expect(page.locator("#question")).to_have_text("ご用件", timeout=SLOW_MS)
        say(page, LEAK)
        expect(page.locator("#category")).to_have_text("道路などの水もれ", timeout=SLOW_MS)
        expect(page.locator("#ears")).to_have_text("録音して聞き取り")
        assert len(list(tmp_path.glob("mizumado-trial-*"))) == 1
        recording.process.terminate()
        assert recording.process.wait(15) == 0, "a page that watches must not keep the desk from ending"
        assert list(tmp_path.glob("mizumado-trial-*")) == []


def test_a_number_that_is_none_is_told_beside_the_form(open_phone: Open) -> None:
    page = open_phone()
    page.get_by_label("発信者番号").fill("123")
    page.get_by_role("button", name="電話をかける").click()
    expect(page.locator("#wish-error")).to_contain_text("10桁か11桁")
    expect(page.locator("#line")).to_have_text("待機中")


def test_a_lost_server_is_told_and_calls_go_on_when_it_is_back(open_phone: Open, tmp_path: Path) -> None:
    port = free_port()
    with running_desk(tmp_path, port) as first:
        page = open_phone(lost=first.origin)
        ring(page)
        first.process.kill()
        expect(page.locator("#banner")).to_contain_text("サーバー", timeout=SLOW_MS)
        expect(page.locator("#line")).to_have_text("通話終了", timeout=SLOW_MS)
        expect(page.get_by_role("button", name="電話をかける")).to_be_enabled()
        page.get_by_role("button", name="電話をかける").click()
        expect(page.locator("#wish-error")).to_contain_text("サーバーに届きません")
    with running_desk(tmp_path, port):
        ring(page)
        expect(page.locator("#banner")).to_be_hidden()
        until_asked(page, "ご用件")


# --- everybody can use it --------------------------------------------------------------------------


@pytest.mark.parametrize("calling", [False, True], ids=["idle", "in a call"])
def test_everything_pressed_has_a_name_and_is_large_enough(open_phone: Open, calling: bool) -> None:
    page = open_phone()
    if calling:
        ring(page)
    assert page.evaluate(TOO_SMALL) == []
    assert page.evaluate(NAMELESS) == []
    assert page.locator("html").get_attribute("lang") == "ja"


def test_the_live_part_needs_no_scrolling_on_a_small_screen(open_phone: Open) -> None:
    page = open_phone(size=(1280, 720))
    ring(page)
    until_asked(page, "ご用件")
    say(page, LEAK)
    expect(page.locator("#ticket")).to_be_visible(timeout=SLOW_MS)
    assert page.evaluate("() => document.documentElement.scrollHeight") <= 720
    for shown in ("#hangup", "#text", "#state", "#level-badge", "#why", "#place", "#ticket-number"):
        assert page.locator(shown).evaluate(
            "(one) => { const box = one.getBoundingClientRect(); return box.top >= 0 && box.bottom <= 720; }"
        ), shown


def test_the_keyboard_goes_through_the_form_in_the_order_it_is_read(open_phone: Open) -> None:
    page = open_phone()
    page.get_by_label("コールセンター").focus()
    order = []
    for _ in range(24):  # date and time alone are seven
        page.keyboard.press("Tab")
        order.append(page.evaluate("() => document.activeElement.id || document.activeElement.dataset.time || ''"))
    order = [name for index, name in enumerate(order) if name and name not in order[:index]]
    assert [name for name in order if ":" not in name][:5] == ["at", "caller", "withheld", "microphone", "call"]
    page.locator("#call").focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    ring_ = page.locator("#call").evaluate(
        "(one) => { const s = getComputedStyle(one); return [s.outlineWidth, s.outlineColor, s.boxShadow]; }"
    )
    assert ring_[:2] == ["4px", "rgb(0, 0, 0)"]
    assert "rgb(255, 212, 61)" in ring_[2]


def test_words_stand_out_from_their_ground(open_phone: Open) -> None:
    """Contrast of at least 4.5 : 1 (WCAG 2.2, 1.4.3), for every text that is shown."""
    page = open_phone()
    ring(page)
    until_asked(page, "ご用件")
    say(page, LEAK)
    expect(page.locator("#ticket")).to_be_visible(timeout=SLOW_MS)
    page.wait_for_timeout(300)
    pale = page.evaluate((HERE / "contrast.js").read_text(encoding="utf-8"))
    assert pale == []


# --- its sound -------------------------------------------------------------------------------------


def test_mulaw_in_the_browser_is_that_of_the_house(open_phone: Open) -> None:
    page = open_phone()
    values = page.evaluate("""async () => {
      const { decode, encode } = await import("/phone/static/mulaw.js");
      return [...Array(256).keys()].map((code) => [Math.round(decode(code) * 32768), encode(decode(code))]);
    }""")
    expected = decode(bytes(range(256))).tolist()
    assert np.abs(np.array([value for value, _ in values]) - np.array(expected)).max() <= 4
    assert [code for _, code in values] == [0xFF if code == 0x7F else code for code in range(256)]  # one zero of two


@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_sound_is_taken_to_8_khz_without_folding(open_phone: Open, rate: int) -> None:
    """A tone of the telephone band comes through; one above it is gone instead of coming back as another."""
    page = open_phone()
    loudness = page.evaluate((HERE / "resampling.js").read_text(encoding="utf-8"), rate)
    (down, speech), (_, above), (up, back) = loudness
    assert abs(down - 8000) < 60
    assert abs(up - rate) < 800
    assert speech == pytest.approx(1, abs=0.02)
    assert back == pytest.approx(1, abs=0.02)
    assert above < 0.01
