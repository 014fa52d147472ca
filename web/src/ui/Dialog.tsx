// The platform's modal dialog: it keeps the focus, makes the rest inert and
// gives the focus back. It is mounted when open.
import { useEffect, useId, useRef, type ReactNode } from "react";
import css from "./Dialog.module.css";

interface DialogProps {
  title: string;
  /** alertdialog: it asks before something ends. */
  role?: "dialog" | "alertdialog";
  children: ReactNode;
  actions: ReactNode;
  /** Escape, or a tap outside. */
  onClose(): void;
}

export function Dialog({ title, role = "dialog", children, actions, onClose }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={ref}
      role={role}
      className={css["dialog"]}
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-text`}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === ref.current) onClose();
      }}
    >
      <div className={css["inside"]}>
        <h2 id={`${id}-title`} className={css["title"]}>
          {title}
        </h2>
        <div id={`${id}-text`} className={css["text"]}>
          {children}
        </div>
        <div className={css["actions"]}>{actions}</div>
      </div>
    </dialog>
  );
}
