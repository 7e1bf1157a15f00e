/** Pictures of pages: asked for once, kept as addresses of this browser's memory. */

import { whenMade } from "../api";

const KEPT = 80;
const kept = new Map<string, Promise<string>>();

/** The address of a picture; `revoke`d once many others were asked for. */
export function picture(jobId: string, page: number, width: number): Promise<string> {
  const path = `v1/jobs/${jobId}/pages/${page}/image?width=${width}`;
  const known = kept.get(path);
  if (known) {
    kept.delete(path);
    kept.set(path, known);
    return known;
  }
  const made = whenMade(path).then(async (response) => URL.createObjectURL(await response.blob()));
  kept.set(path, made);
  made.catch(() => kept.delete(path));
  for (const [old, url] of kept) {
    if (kept.size <= KEPT) break;
    kept.delete(old);
    url.then(URL.revokeObjectURL, () => undefined);
  }
  return made;
}
