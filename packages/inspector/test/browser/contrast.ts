/** A text, and its contrast by the formula of WCAG. */
export interface Contrast {
  readonly text: string;
  readonly ratio: number;
}

/** Runs in the page: the contrast of each text that is seen, from the styles that the browser has computed. */
export function contrasts(): Contrast[] {
  type Colour = readonly [red: number, green: number, blue: number, alpha: number];

  const colourOf = (text: string): Colour => {
    const [red = 0, green = 0, blue = 0, alpha = 1] = (text.match(/[\d.]+/g) ?? ['0', '0', '0', '0']).map(Number);
    return [red, green, blue, alpha];
  };
  const over = (top: Colour, below: Colour): Colour => {
    const mix = (at: 0 | 1 | 2): number => top[at] * top[3] + below[at] * (1 - top[3]);
    return [mix(0), mix(1), mix(2), 1];
  };
  const luminance = (colour: Colour): number => {
    const linear = (value: number): number => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    };
    return 0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2]);
  };
  /** What is below an element: in SVG a shape before it in its group, and then the backgrounds of all around it. */
  const groundOf = (element: Element): Colour => {
    const before = element.previousElementSibling;
    if (element instanceof SVGTextElement && before instanceof SVGRectElement) {
      const ground = colourOf(getComputedStyle(before).fill);
      if (ground[3] === 1) return ground;
    }
    const layers: Colour[] = [];
    for (let at: Element | null = element; at !== null; at = at.parentElement) {
      const ground = colourOf(getComputedStyle(at).backgroundColor);
      if (ground[3] > 0) layers.push(ground);
      if (ground[3] === 1) break;
    }
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255, 1]);
  };

  return [...document.querySelectorAll('body *')].flatMap((element) => {
    const own = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
    const text = own
      .map((node) => node.textContent ?? '')
      .join('')
      .trim();
    if (text === '' || !element.checkVisibility() || element.matches('title, script, style, option')) return [];
    const style = getComputedStyle(element);
    const ground = groundOf(element);
    const ink = over(colourOf(element instanceof SVGElement ? style.fill : style.color), ground);
    const [light, dark] = [luminance(ink), luminance(ground)].sort((one, two) => two - one);
    return [{ text, ratio: ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05) }];
  });
}
