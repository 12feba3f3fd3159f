import { useEffect, useState } from 'preact/hooks';

/** The width of what an element stands in, in pixels; 0 until it is known. */
export function useWidth(element: { readonly current: Element | null }): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const around = element.current?.parentElement;
    if (around === null || around === undefined) return;
    const observer = new ResizeObserver(() => setWidth(around.clientWidth));
    observer.observe(around);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
