"""The colours and fonts of Gradio's own parts; those of the results are in style.css."""

from typing import Final

import gradio as gr

_LIGHT: Final = {
    "body_background_fill": "#fff",
    "background_fill_primary": "#fff",
    "background_fill_secondary": "#f4f6f8",
    "block_background_fill": "#fff",
    "body_text_color": "#1b2127",
    "body_text_color_subdued": "#56616d",
    "block_label_text_color": "#56616d",
    "border_color_primary": "#d9dde3",
    "input_background_fill": "#fff",
    "input_border_color": "#c4cbd3",
    "button_secondary_background_fill": "#f4f6f8",
    "button_secondary_background_fill_hover": "#e8ecf0",
    "button_secondary_text_color": "#1b2127",
}
_DARK: Final = {
    "body_background_fill": "#14191f",
    "background_fill_primary": "#14191f",
    "background_fill_secondary": "#1d242c",
    "block_background_fill": "#14191f",
    "body_text_color": "#e8ecf1",
    "body_text_color_subdued": "#a9b4c0",
    "block_label_text_color": "#a9b4c0",
    "border_color_primary": "#39424d",
    "input_background_fill": "#10151a",
    "input_border_color": "#4a5562",
    "button_secondary_background_fill": "#1d242c",
    "button_secondary_background_fill_hover": "#29323c",
    "button_secondary_text_color": "#e8ecf1",
}
_PRIMARY: Final = {"background_fill": "#0b5a94", "background_fill_hover": "#084672", "text_color": "#fff"}


def theme() -> gr.themes.Base:
    """Fonts of the system, so that none is fetched, and few colours."""
    base = gr.themes.Base(
        primary_hue="blue",
        neutral_hue="gray",
        radius_size="sm",
        font=["system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
    )
    return base.set(
        **_LIGHT,
        **{f"{name}_dark": colour for name, colour in _DARK.items()},
        **{f"button_primary_{name}{mode}": colour for name, colour in _PRIMARY.items() for mode in ("", "_dark")},
        input_border_width="1px",
        block_border_width="0px",
        block_padding="0px",
        block_label_background_fill="transparent",
        block_label_background_fill_dark="transparent",
        button_secondary_border_color="*border_color_primary",
        button_secondary_border_color_dark="*border_color_primary",
        button_border_width="1px",
    )
