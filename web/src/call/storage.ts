// What this tab remembers across a reload, and nothing longer: sessionStorage.

export interface Memory {
  get(key: Key): string | undefined;
  set(key: Key, value: string | undefined): void;
}

/**
 * secret: of the personal link. resume: of the running session. token: of the
 * console. draft: what was typed at the door, until it is through.
 */
export type Key = "secret" | "resume" | "token" | "draft";

export function tabMemory(storage: Storage = window.sessionStorage): Memory {
  // A browser that forbids storage still lets people join; only a reload asks again.
  const here = new Map<Key, string>();
  return {
    get(key) {
      try {
        return storage.getItem(`vesper.${key}`) ?? here.get(key);
      } catch {
        return here.get(key);
      }
    },
    set(key, value) {
      if (value === undefined) here.delete(key);
      else here.set(key, value);
      try {
        if (value === undefined) storage.removeItem(`vesper.${key}`);
        else storage.setItem(`vesper.${key}`, value);
      } catch {
        return;
      }
    },
  };
}

/** Takes a secret out of the address bar at once, so that no shared screen or history shows it. */
export function takeFragment(): string | undefined {
  const secret = window.location.hash.slice(1);
  if (secret === "") return undefined;
  window.history.replaceState(window.history.state, "", window.location.pathname + window.location.search);
  return decodeURIComponent(secret);
}
