// Unpack the browser that @sparticuz/chromium carries: node unpack.mjs FROM TO
import { createReadStream, createWriteStream, chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";

const [from, to] = process.argv.slice(2);
mkdirSync(to, { recursive: true });
for (const name of ["chromium", "al2023.tar", "swiftshader.tar"]) {
  await pipeline(
    createReadStream(join(from, `${name}.br`)),
    createBrotliDecompress(),
    createWriteStream(join(to, name)),
  );
}
chmodSync(join(to, "chromium"), 0o755);
