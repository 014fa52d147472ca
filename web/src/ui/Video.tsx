import { useEffect, useRef } from "react";

interface VideoProps {
  stream: MediaStream | undefined;
  /** One's own picture is a mirror. */
  mirrored?: boolean;
  className?: string | undefined;
  label?: string;
}

/** A picture without sound: voices play elsewhere. The element is there with and without a stream. */
export function Video({ stream, mirrored, className, label }: VideoProps) {
  const ref = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const video = ref.current;
    if (!video) return;
    video.srcObject = stream ?? null;
    // It is refused while the page is hidden; autoplay tries again.
    if (stream) video.play().catch(() => undefined);
  }, [stream]);
  return (
    <video
      ref={ref}
      muted
      autoPlay
      playsInline
      disablePictureInPicture
      className={className}
      data-mirrored={mirrored ? "" : undefined}
      {...(label ? { "aria-label": label } : { "aria-hidden": true })}
    />
  );
}
