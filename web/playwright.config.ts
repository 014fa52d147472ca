import { defineConfig } from "@playwright/test";

/** The system's Chromium, with synthetic camera and microphone. */
export default defineConfig({
  testDir: "test",
  timeout: 30_000,
  workers: 1,
  reporter: "list",
  use: {
    baseURL: "http://127.0.0.1:4173",
    launchOptions: {
      executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream", "--disable-features=WebRtcHideLocalIpsWithMdns",
      ],
    },
  },
  webServer: { command: "node test/serve.mjs 4173", url: "http://127.0.0.1:4173/", reuseExistingServer: true },
});
