import { drawZoomable, type TimelineOptions } from './drawing.ts';
import { SCRIPT } from './html-script.ts';
import type { Recording } from './recording.ts';
import { shape, toXML } from './shape.ts';
import { ROOT } from './style.ts';
import { documentOf } from './svg.ts';
import { wordsOf } from './words.ts';

/** How far the page can zoom in until strokes are no longer told apart. */
const COLUMNS_PER_PIXEL = 16;

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

const STYLES = `:root{color-scheme:light dark}
body{margin:16px;background:Canvas}
.${ROOT}{display:block;max-width:100%;height:auto;touch-action:pan-y}
.${ROOT}:focus-visible{outline:2px solid Highlight}
p{margin:8px 4px;font:12px system-ui,sans-serif;color:GrayText}
#tip{position:fixed;padding:4px 8px;border-radius:6px;font:12px system-ui,sans-serif;background:CanvasText;color:Canvas;pointer-events:none}
#cursor{stroke:currentColor;stroke-width:1;stroke-opacity:.5;pointer-events:none}`;

/**
 * The drawing of `timelineSVG` as one HTML document that shows what is under the pointer, and zooms and moves along the axis, by mouse and
 * by keys. It opens from a disk, and its policy forbids it to load anything.
 */
export function timelineHTML(recording: Recording, options: TimelineOptions = {}): string {
  const { language = 'en' } = options;
  const drawing = drawZoomable(recording, options, COLUMNS_PER_PIXEL);
  const svg = documentOf(drawing);
  const focusable = { ...svg, attributes: { ...svg.attributes, ...drawing.axis, tabindex: 0 } };
  const head = shape(
    'head',
    {},
    shape('meta', { charset: 'utf-8' }),
    shape('meta', { 'http-equiv': 'Content-Security-Policy', content: POLICY }),
    shape('meta', { name: 'viewport', content: 'width=device-width' }),
    shape('title', {}, drawing.title),
  );
  return `<!doctype html>
<html lang="${language === 'zh' ? 'zh-CN' : 'en'}">
${toXML(head).replace('</head>', `<style>${STYLES}</style></head>`)}
<body>
${toXML(focusable)}
${toXML(shape('p', {}, wordsOf(language).keys))}
<div id="tip" role="status" hidden></div>
<script>${SCRIPT}</script>
</body>
</html>
`;
}
