"""An impact as one file to open in a browser: what ``/impact`` shows, with its style inside."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from plugin.impact.report import Plain
from plugin.impact.text import SORTS

WEB = Path(__file__).parents[1] / "web"


def page(said: Plain) -> str:
    """Write the file."""
    made = Environment(loader=FileSystemLoader(WEB / "templates"), autoescape=True)
    style = (WEB / "static" / "style.css").read_text(encoding="utf-8")
    return made.get_template("impact_file.html").render(said=said, style=style, sorts=SORTS)
