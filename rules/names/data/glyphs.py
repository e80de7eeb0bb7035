"""Writes the look-alikes that only an image shows (示 and 亍): `python glyphs.py FONT FREQUENCIES > images.tsv`.

Run by hand with Pillow and numpy, never at run time; shapes.py reads the result. FONT is Noto Sans CJK (SIL OFL 1.1),
FREQUENCIES is char-similar's char_frequency.dict. One line per character: it, a tab, those that look most like it.
"""

import json
import sys
from pathlib import Path
from typing import Any

SIZE, GRID, BLUR = 48, 24, 1.5
LIKE, KEEP = 0.60, 14
CHINESE = 2  # the face of the collection with the forms used on the mainland


def pictures(font_file: str, chars: list[str]) -> Any:
    """One blurred, normalised picture per character, as rows of a matrix."""
    import numpy as np  # type: ignore[import-not-found,unused-ignore]
    from PIL import Image, ImageDraw, ImageFilter, ImageFont  # type: ignore[import-not-found,unused-ignore]

    font = ImageFont.truetype(font_file, SIZE - 8, index=CHINESE)
    rows = []
    for char in chars:
        image = Image.new("L", (SIZE, SIZE))
        ImageDraw.Draw(image).text((SIZE // 2, SIZE // 2), char, fill=255, font=font, anchor="mm")
        rows.append(np.asarray(image.filter(ImageFilter.GaussianBlur(BLUR)).resize((GRID, GRID)), dtype=np.float32))
    matrix = np.stack(rows).reshape(len(chars), -1)
    matrix -= matrix.mean(0)
    return matrix / (np.linalg.norm(matrix, axis=1, keepdims=True) + 1e-9)


def main() -> None:
    """The command line."""
    known = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
    chars = [chr(code) for code in range(0x4E00, 0x9FA6)]
    matrix = pictures(sys.argv[1], chars)
    for at, char in enumerate(chars):
        if not known.get(char):
            continue
        likeness = matrix @ matrix[at]
        best = likeness.argsort()[::-1][1 : KEEP + 1]
        print(f"{char}\t{''.join(chars[other] for other in best if likeness[other] >= LIKE)}")


if __name__ == "__main__":
    main()
