"""Pictures of the screens, from a real run: pictures.py CACL_TUI FOLDER

tmux is the terminal, its `capture-pane -e` the camera, and rich draws what that gives as SVG.
"""

import html
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

COLUMNS, ROWS = 120, 34
PATIENCE = 120

# A dark terminal's sixteen colours; the program names no others.
THEME = TerminalTheme(
    (22, 24, 29),
    (204, 208, 214),
    [(50, 54, 63), (224, 108, 117), (152, 195, 121), (229, 192, 123), (97, 175, 239), (198, 120, 221), (86, 182, 194), (171, 178, 191)],
    [(110, 118, 132), (240, 135, 143), (178, 215, 150), (240, 210, 150), (130, 195, 245), (215, 150, 235), (120, 205, 215), (240, 242, 245)],
)

# rich's own frame asks the network for a font. A picture in a README gets none, so this one makes do with the reader's,
# and so is a little larger than rich would have it.
FRAME = """\
<svg xmlns="http://www.w3.org/2000/svg" class="rich-terminal" viewBox="0 0 {width} {height}">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 20.25px; }}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/></clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


class Terminal:
    """A tmux server of one's own, with one pane."""

    def __init__(self, folder, command, environment):
        self.tmux = ["tmux", "-S", str(folder / "tmux"), "-f", "/dev/null"]
        start = ["new-session", "-d", "-x", str(COLUMNS), "-y", str(ROWS), "-s", "pictures"]
        variables = [word for name, value in environment.items() for word in ("-e", f"{name}={value}")]
        self.call(*start, *variables, *command)
        self.call("set-option", "-g", "status", "off")
        self.call("set-option", "-g", "remain-on-exit", "on")

    def call(self, *arguments):
        return subprocess.run([*self.tmux, *arguments], check=True, capture_output=True, text=True).stdout

    def press(self, *keys):
        self.call("send-keys", *keys)

    def capture(self):
        return self.call("capture-pane", "-e", "-p")

    def wait_for(self, what, condition):
        """The first capture whose plain text meets the condition."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            picture = self.capture()
            if condition(Text.from_ansi(picture).plain):
                return picture
            if self.ended():
                break
            time.sleep(0.1)
        raise SystemExit(f"{what}: not within {PATIENCE} s; the screen:\n{Text.from_ansi(self.capture()).plain}")

    def settled(self):
        """The screen once it stays the same for half a second."""
        picture, since = self.capture(), time.monotonic()
        while time.monotonic() - since < 0.5:
            time.sleep(0.1)
            now = self.capture()
            if now != picture:
                picture, since = now, time.monotonic()
        return picture

    def ended(self):
        """Whether the program has ended, which has to be well."""
        dead, status = self.call("display-message", "-p", "#{pane_dead} #{pane_dead_status}").rstrip("\n").split(" ")
        if dead == "1" and status != "0":
            raise SystemExit(f"the demo ended with {status}")
        return dead == "1"

    def close(self):
        subprocess.run([*self.tmux, "kill-server"], check=False, capture_output=True)


# As rich sets them, for its font of 20 px.
CELL = 12.2
RUN = re.compile(r'<text (class="[^"]*") x="([^"]*)" (y="[^"]*") textLength="[^"]*" (clip-path="[^"]*")>([^<]*)</text>')


def by_word(run):
    """A run of text as one element a word, each in its place and of its width: renderers disagree about leading spaces, and
    a reader's font is a little wider or narrower than ours."""
    style, x, y, clip, text = run.groups()
    words = re.finditer(r"[^\s\xa0]+", html.unescape(text))
    place = lambda word: f'x="{float(x) + word.start() * CELL:g}" {y} textLength="{cell_len(word[0]) * CELL:g}"'
    return "".join(
        f'<text {style} {place(word)} lengthAdjust="spacingAndGlyphs" {clip}>{html.escape(word[0])}</text>' for word in words
    )


def draw(picture, title, path):
    console = Console(width=COLUMNS, record=True, file=open(os.devnull, "w"), legacy_windows=False)
    for line in picture.rstrip("\n").split("\n"):
        console.print(Text.from_ansi(line), no_wrap=True, overflow="crop", highlight=False)
    svg = console.export_svg(title=title, theme=THEME, code_format=FRAME, unique_id=path.stem)
    path.write_text("\n".join(line.rstrip() for line in RUN.sub(by_word, svg).splitlines()) + "\n", encoding="utf-8")
    print(path)


def main(executable, target):
    target.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="cacl-pictures-") as name:
        folder = Path(name)
        environment = {"HOME": name, "TERM": "tmux-256color", "COLORTERM": "", "LANG": "C.UTF-8", "TZ": "UTC"}
        terminal = Terminal(folder, [str(executable), "demo"], environment)
        try:
            half_way = terminal.wait_for("a deployment half way", lambda text: re.search(r"\b([7-9]|1[01]) of \d\d\b", text))
            draw(half_way, "cacl-tui deploy", target / "deploy.svg")
            terminal.wait_for("the end of the story", lambda text: "the client was deleted" in text)
            # Up from the newest to the one that says most: the update that forgot what it did not mean to change.
            for _ in range(9):
                terminal.press("k")
                picture = terminal.settled()
                if "were reset" in Text.from_ansi(picture).plain:
                    break
            else:
                raise SystemExit("no change of the story resets a setting")
            draw(picture, "cacl-tui watch", target / "watch.svg")
            terminal.press("q")
            terminal.wait_for("the end", lambda _: terminal.ended())
        finally:
            terminal.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(strict=True), Path(sys.argv[2]).resolve())
