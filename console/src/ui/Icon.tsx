/** Line icons, 24 units wide. */

const PATHS = {
  plus: "M12 5v14M5 12h14", minus: "M5 12h14", fit: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
  width: "M3 12h18M7 8l-4 4 4 4M17 8l4 4-4 4", left: "M15 5l-7 7 7 7", right: "M9 5l7 7-7 7", up: "M5 15l7-7 7 7", down: "M5 9l7 7 7-7",
  close: "M6 6l12 12M18 6L6 18", search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l4.5 4.5", check: "M5 12.5l4.5 4.5L19 7.5",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1", download: "M12 4v11M7 11l5 5 5-5M5 20h14", trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  retry: "M4 12a8 8 0 1 0 2.5-5.8M4 4v4.5h4.5", stop: "M7 7h10v10H7z", file: "M7 3h7l4 4v14H7zM14 3v4h4", folder: "M3 6h7l2 2h9v11H3z",
  camera: "M4 8h4l1.5-2.5h5L16 8h4v11H4zM12 10a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z", sun: "M12 7.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6L19 19M19 5l-1.4 1.4M6.4 17.6L5 19",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z", auto: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 3v18M12 8h8M12 12h9M12 16h8", swap: "M7 4L3 8l4 4M3 8h13M17 12l4 4-4 4M21 16H8",
  compare: "M4 5h7v14H4zM13 5h7v14h-7z", key: "M14.5 4a5.5 5.5 0 0 0-5.2 7.3L3 17.6V21h4v-3h3v-3h2.2A5.5 5.5 0 1 0 14.5 4z", out: "M10 4H4v16h6M15 8l4 4-4 4M9 12h10",
  layers: "M12 3l9 5-9 5-9-5zM3 13l9 5 9-5", bell: "M6 16V11a6 6 0 0 1 12 0v5l2 2H4zM10 21h4", alert: "M12 4l9 16H3zM12 10v5M12 17.5v.5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true"><path d={PATHS[name]} /></svg>
  );
}
