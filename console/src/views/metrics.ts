/** Prometheus' text format, as far as the service writes it. */

export interface Sample { name: string; labels: Record<string, string>; value: number }

export function parseMetrics(text: string): Sample[] {
  const samples: Sample[] = [];
  for (const line of text.split("\n")) {
    const found = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (!found) continue;
    const labels = Object.fromEntries([...(found[2] ?? "").matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map((each) => [each[1]!, each[2]!]));
    samples.push({ name: found[1]!, labels, value: Number(found[3]) });
  }
  return samples;
}

export const sum = (samples: Sample[], name: string, where: (labels: Record<string, string>) => boolean = () => true): number =>
  samples.filter((each) => each.name === name && where(each.labels)).reduce((total, each) => total + each.value, 0);
