// The buttons of the house. The words are the accessible name, always.
import type { ButtonHTMLAttributes, Ref } from "react";
import { Icon, type IconName } from "./Icon.tsx";
import css from "./Button.module.css";

export interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "children"> {
  children: string;
  icon?: IconName;
  /** lamp: the one way on. plain: others. quiet: without an edge. clay: ends something. */
  look?: "lamp" | "plain" | "quiet" | "clay";
  size?: "large" | "small";
  /** Words under the icon, for the bar. */
  stacked?: boolean;
  /** Switched on, as a look; the words already say it. */
  lit?: boolean;
  /** The words for the eye, where they can be shorter than the name. */
  short?: string;
  ref?: Ref<HTMLButtonElement>;
}

export function Button(props: ButtonProps) {
  const { children, icon, look = "plain", size, stacked, lit, short, className, ref, ...rest } = props;
  const classes = [css["button"], css[look], size && css[size], stacked && css["stacked"], lit && css["lit"], className];
  return (
    <button
      type="button"
      {...rest}
      ref={ref}
      className={classes.filter(Boolean).join(" ")}
      {...(short !== undefined && { "aria-label": children })}
    >
      {icon && <Icon name={icon} size={size === "small" ? 18 : 24} />}
      <span>{short ?? children}</span>
    </button>
  );
}
