// A server of nothing but files, for what the page is without any other.

import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { extname, join } from 'node:path';

const KINDS: Record<string, string> = {
  '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.webmanifest': 'application/manifest+json',
};

export class Files {
  readonly url: string;
  #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  }

  static start(folder: string): Promise<Files> {
    const server = createServer(async (request, response) => {
      const { pathname } = new URL(request.url!, 'http://localhost');
      const name = pathname === '/' ? 'index.html' : pathname;
      try {
        const content = await readFile(join(folder, name));
        response.writeHead(200, { 'content-type': KINDS[extname(name)] ?? 'application/octet-stream', 'cache-control': 'no-cache' });
        response.end(content);
      } catch {
        response.writeHead(404).end();
      }
    });
    return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(new Files(server))));
  }

  /** Nobody answers there any more. */
  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
