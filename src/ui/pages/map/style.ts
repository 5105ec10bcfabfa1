/** The map in the console's tokens: grey cards and lines; writers stronger with an arrow; colour only where a person should look. */
import type cytoscape from 'cytoscape';
import { CARD, CARD_FONT_PX, CLOSED } from './layout.ts';

export interface Ink {
  readonly token: (name: string) => string;
  readonly icon: (role: string) => string;
  readonly mark: (priority: string) => string;
}

const data = (svg: string): string => `data:image/svg+xml;utf8,${encodeURIComponent(svg)}`;

/** Colours and shapes of the page as they are now: tokens from CSS, icons from the hidden sheet of glyphs. */
export const readInk = (sheet: HTMLElement): Ink => {
  const css = getComputedStyle(document.documentElement);
  const token = (name: string) => css.getPropertyValue(`--gh-${name}`).trim();
  const cache = new Map<string, string>();
  const from = (selector: string, colour: string): string => {
    const key = `${selector} ${colour}`;
    let uri = cache.get(key);
    if (uri === undefined) {
      const svg = sheet.querySelector(selector)?.outerHTML ?? '';
      // Drawn at thrice its size, so that it stays sharp when somebody looks closer.
      const big = svg.replace(/width="[^"]*"/, 'width="48"').replace(/height="[^"]*"/, 'height="48"');
      uri =
        svg === ''
          ? 'none'
          : data(
              big
                .replaceAll('currentColor', colour)
                .replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ')
                .replace(/(xmlns="[^"]*") (.*?)\1/, '$1 $2'),
            );
      cache.set(key, uri);
    }
    return uri;
  };
  return {
    token,
    icon: (role) => from(`[data-role="${role}"] svg`, token('dim')),
    mark: (priority) => (priority === '' ? 'none' : from(`[data-mark="${priority}"] svg`, token(priority))),
  };
};

export const mapStyle = (ink: Ink): cytoscape.StylesheetJson => {
  const { token } = ink;
  const font = token('font');
  return [
    {
      selector: 'node',
      style: {
        'font-family': font,
        color: token('text'),
        'overlay-opacity': 0,
        'text-events': 'no',
        'z-index': 10,
        'z-index-compare': 'manual',
      },
    },
    {
      selector: 'node[kind = "lane"]',
      style: {
        shape: 'rectangle',
        width: 'data(w)',
        height: 'data(h)',
        'background-color': token('panel'),
        'background-opacity': 0.55,
        'border-width': 0,
        events: 'no',
        'z-index': 0,
        'z-index-compare': 'manual',
      },
    },
    { selector: 'node[kind = "lane"][?odd]', style: { 'background-opacity': 0 } },
    {
      selector: 'node[kind = "box"], node[kind = "closed"]',
      style: {
        shape: 'rectangle',
        width: 'data(w)',
        height: 'data(h)',
        'background-color': token('panel'),
        'border-width': 1,
        'border-color': token('line-2'),
        'font-size': 12,
        'font-weight': 500,
        'text-halign': 'right',
        'min-zoomed-font-size': 5,
      },
    },
    {
      selector: 'node[kind = "box"]',
      style: { 'background-opacity': 0.5, 'z-index': 1, 'z-index-compare': 'manual' },
    },
    {
      selector: 'node[kind = "name"]',
      style: {
        width: 1,
        height: 1,
        'background-opacity': 0,
        'border-width': 0,
        events: 'no',
        label: 'data(label)',
        color: token('dim'),
        'font-size': 12,
        'font-weight': 500,
        'text-halign': 'right',
        'text-valign': 'center',
        'text-margin-x': 7,
        'text-margin-y': 12,
        'text-background-color': token('panel'),
        'text-background-opacity': 0.85,
        'text-background-padding': '2px',
        'text-background-shape': 'roundrectangle',
        'min-zoomed-font-size': 5,
        'z-index': 6,
      },
    },
    {
      selector: 'node[kind = "closed"]',
      style: {
        'background-color': token('raise'),
        label: 'data(label)',
        'text-margin-x': ((n: cytoscape.NodeSingular) => -Number(n.data('w')) + 11) as never,
        'border-style': 'double',
        'border-width': 4,
        'text-valign': 'center',
        'text-margin-y': 0,
        'text-wrap': 'wrap',
        'text-justification': 'left',
        'line-height': 1.35,
        'background-image': ((n: cytoscape.NodeSingular) => ink.mark(String(n.data('attention')))) as never,
        'background-width': '13px',
        'background-height': '13px',
        'background-position-x': `${CLOSED.w - 26}px`,
        'background-position-y': '10px',
      },
    },
    {
      selector: 'node[kind = "asset"]',
      style: {
        shape: 'rectangle',
        width: CARD.w,
        height: CARD.h,
        'background-color': token('raise'),
        'border-width': 1,
        'border-color': token('line-2'),
        label: 'data(label)',
        'font-size': CARD_FONT_PX,
        'text-wrap': 'wrap',
        'text-justification': 'left',
        'line-height': 1.25,
        'text-halign': 'right',
        'text-valign': 'center',
        'text-margin-x': -CARD.w + 30,
        'min-zoomed-font-size': 5,
        'background-image': ((n: cytoscape.NodeSingular) => [
          ink.icon(String(n.data('role'))),
          ink.mark(String(n.data('attention'))),
        ]) as never,
        'background-width': ['16px', '12px'] as never,
        'background-height': ['16px', '12px'] as never,
        'background-position-x': ['8px', `${CARD.w - 18}px`] as never,
        'background-position-y': ['50%', '6px'] as never,
        'background-fit': ['none', 'none'] as never,
      },
    },
    { selector: 'node[kind = "asset"][?silent]', style: { 'border-style': 'dashed', 'background-opacity': 0.4 } },
    { selector: 'node[?guest]', style: { 'border-style': 'dashed', 'border-color': token('dim') } },
    { selector: 'node[attention = "urgent"]', style: { 'border-color': token('urgent'), 'border-width': 2 } },
    { selector: 'node[attention = "high"]', style: { 'border-color': token('high'), 'border-width': 2 } },
    {
      selector: 'edge',
      style: {
        'curve-style': 'straight',
        'z-index': 2,
        'z-index-compare': 'manual',
        width: 'data(width)',
        'line-color': token('faint'),
        'line-opacity': 0.45,
        'target-arrow-shape': 'none',
        'overlay-opacity': 0,
        'font-family': font,
        'font-size': 10.5,
        color: token('text'),
        'text-background-color': token('bg'),
        'text-background-opacity': 0.9,
        'text-background-padding': '2px',
        'min-zoomed-font-size': 6,
      },
    },
    {
      selector: 'edge[weights]',
      style: {
        'curve-style': 'round-segments',
        'edge-distances': 'node-position',
        'segment-weights': ((e: cytoscape.EdgeSingular) => e.data('weights')) as never,
        'segment-distances': ((e: cytoscape.EdgeSingular) => e.data('distances')) as never,
        'segment-radii': [7],
        'radius-type': 'arc-radius' as never,
      },
    },
    { selector: 'edge[?oneWay]', style: { 'line-style': 'dotted' } },
    {
      selector: 'edge[?writes]',
      style: {
        'line-color': token('text'),
        'line-opacity': 0.75,
        'target-arrow-shape': 'triangle',
        'target-arrow-color': token('text'),
        'arrow-scale': 0.8,
      },
    },
    {
      selector: 'edge[?engineering]',
      style: {
        'line-color': token('high'),
        'line-opacity': 1,
        'target-arrow-shape': 'triangle-tee',
        'target-arrow-color': token('high'),
        'arrow-scale': 0.85,
        // Level, also on a steep line: between two lanes there is room for its height, not for its length.
        'text-rotation': 'none',
        color: token('high'),
        'z-index': 5,
      },
    },
    {
      selector: 'edge[?engineering][?named], edge[?engineering].near, edge[?engineering].over',
      style: { label: 'data(label)' },
    },
    { selector: '.away', style: { opacity: 0.3 } },
    { selector: 'edge.away', style: { opacity: 0.05, 'text-opacity': 0 } },
    { selector: 'edge.near', style: { 'line-opacity': 1, 'z-index': 8 } },
    { selector: 'node.found', style: { 'border-color': token('accent'), 'border-width': 2 } },
    { selector: 'node.chosen', style: { 'border-color': token('accent'), 'border-width': 3, 'border-style': 'solid' } },
    {
      selector: 'edge.chosen',
      style: { 'line-color': token('accent'), 'target-arrow-color': token('accent'), 'line-opacity': 1, 'z-index': 9 },
    },
    { selector: 'node.over', style: { 'border-color': token('accent') } },
  ];
};
