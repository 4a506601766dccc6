// Every text shown whose contrast with its ground is below 4.5 : 1 (WCAG 2.2, 1.4.3), or that is smaller than 14 px.
() => {
  const parts = (colour) => {
    const numbers = colour.match(/[0-9.]+/g).map(Number);
    return { rgb: numbers.slice(0, 3), alpha: numbers[3] ?? 1 };
  };
  const light = (rgb) => {
    const linear = rgb.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const ground = (one) => {
    for (let each = one; each; each = each.parentElement) {
      const colour = parts(getComputedStyle(each).backgroundColor);
      if (colour.alpha === 1) return colour.rgb;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const one of document.querySelectorAll("body *")) {
    const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !one.offsetParent || one.closest("meter")) continue;
    const lights = [light(parts(getComputedStyle(one).color).rgb), light(ground(one))];
    const ratio = (Math.max(...lights) + 0.05) / (Math.min(...lights) + 0.05);
    const size = parseFloat(getComputedStyle(one).fontSize);
    if (ratio < 4.5 || size < 14) found.push([one.outerHTML.slice(0, 80), ratio, size]);
  }
  return found;
}
