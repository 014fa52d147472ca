// Our own icons: one stroke width, round ends, drawn on 24 units.
const paths = {
  microphone: "M12 3.5a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0v-5a3 3 0 0 0-3-3ZM5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3",
  "microphone-off": "M9 9.5v2a3 3 0 0 0 4.6 2.5M15 11V6.500a3 3 0 0 0-5.7-1.300M5.5 11.500a6.5 6.5 0 0 0 10.4 5.200M18.5 11.500c0 1.1-.3 2.2-.8 3.100M12 18v3M4 4l16 16",
  camera: "M4.5 6.500h9a1.5 1.5 0 0 1 1.5 1.500v8a1.5 1.5 0 0 1-1.5 1.500h-9A1.5 1.5 0 0 1 3 16V8a1.5 1.5 0 0 1 1.5-1.500ZM15 10.500l6-3v9l-6-3",
  "camera-off": "M10 6.500h3.500A1.5 1.5 0 0 1 15 8v3l6-3.500v9l-3-1.500M14.5 17c-.3.3-.6.5-1 .5h-9A1.5 1.5 0 0 1 3 16V8c0-.7.5-1.3 1.1-1.500M4 4l16 16",
  hand: "M8 12.500V6a1.5 1.5 0 0 1 3 0v5M11 11V4.500a1.5 1.5 0 0 1 3 0V11M14 11V6a1.5 1.5 0 0 1 3 0v8.500a6 6 0 0 1-6 6c-2.5 0-3.8-1-5-3L3.7 14a1.5 1.5 0 0 1 2.5-1.600L8 14.5",
  leave: "M14 4.500H6.500A1.5 1.5 0 0 0 5 6v12a1.5 1.5 0 0 0 1.5 1.500H14M10.5 12H21M17.5 8.5 21 12l-3.5 3.5",
  devices: "M4 7h9M17 7h3M4 17h3M11 17h9M15 5a2 2 0 1 0 0 4 2 2 0 0 0 0-4ZM9 15a2 2 0 1 0 0 4 2 2 0 0 0 0-4Z",
  people: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 20a6.5 6.5 0 0 1 13 0M16 4.500a3.5 3.5 0 0 1 0 6.500M18 14.500a6.5 6.5 0 0 1 3.5 5.5",
  board: "M5 4.500h14v16H5zM9 3h6v3H9zM8.5 11h7M8.5 15.500h4.5",
  lock: "M6 11h12v9.500H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  sound: "M4 9.500h3.500L12 5.500v13l-4.5-4H4zM15.5 9a4 4 0 0 1 0 6M18 6.500a8 8 0 0 1 0 11",
  phone: "M6.5 4h3l1.5 4-2 1.500a11 11 0 0 0 5.5 5.500l1.5-2 4 1.500v3A1.5 1.5 0 0 1 18.5 19 14.5 14.5 0 0 1 5 5.5 1.5 1.5 0 0 1 6.5 4Z",
  check: "m5 12.5 4.5 4.500L19 7.5",
  next: "m9 5 7 7-7 7",
  previous: "m15 5-7 7 7 7",
  close: "M6 6l12 12M18 6 6 18",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  door: "M6 20.500V4.500h9v16M4 20.500h16M15 7l3.5 1v12.500M12 12.500h.01",
  download: "M12 4v11M7.5 11 12 15.5 16.5 11M5 20h14",
  moon: "M19.5 14.500A8 8 0 0 1 9.5 4.500a8 8 0 1 0 10 10Z",
} as const;

export type IconName = keyof typeof paths;

/** Decoration only: the words stand beside it. */
export function Icon({ name, size = 24 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === "more" ? 3 : 1.75}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={paths[name]} />
    </svg>
  );
}
