import { defineConfig } from "@playwright/test";

/**
 * The system's Chromium, with synthetic camera and microphone. Two kinds of
 * tests: `states` has every state of every page against a played server,
 * `evening` whole evenings against the real program. `pictures` are for the
 * README and run by `npm run screenshots` alone.
 */
export default defineConfig({
  timeout: 30_000,
  workers: 1,
  retries: 0,
  reporter: "list",
  use: {
    actionTimeout: 15_000,
    launchOptions: {
      executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream", "--disable-features=WebRtcHideLocalIpsWithMdns",
      ],
    },
  },
  projects: [
    { name: "states", testDir: "test", use: { baseURL: "http://127.0.0.1:4173" } },
    { name: "evening", testDir: "e2e", timeout: 120_000 },
    { name: "pictures", testDir: "e2e", testMatch: "screenshots.ts", timeout: 180_000 },
  ],
  webServer: { command: "node test/serve.mjs 4173", url: "http://127.0.0.1:4173/", reuseExistingServer: true },
});
