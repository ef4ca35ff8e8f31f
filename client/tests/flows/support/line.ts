// A line between browser and server that can be cut: every connection dies, and no new one comes through.

import { connect, createServer, type Server as Listener, type Socket } from 'node:net';

export class Line {
  readonly port: number;
  #listener: Listener;
  #sockets = new Set<Socket>();
  #isCut = false;

  private constructor(listener: Listener, port: number) {
    this.#listener = listener;
    this.port = port;
  }

  static start(to: number): Promise<Line> {
    return new Promise((resolve) => {
      const listener = createServer((near) => line.#carry(near, to));
      let line: Line;
      listener.listen(0, '127.0.0.1', () => {
        line = new Line(listener, (listener.address() as { port: number }).port);
        resolve(line);
      });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  stop(): void {
    this.cut();
    this.#listener.close();
  }

  #carry(near: Socket, to: number): void {
    if (this.#isCut) return void near.destroy();
    const far = connect(to, '127.0.0.1');
    for (const [one, other] of [[near, far], [far, near]] as const) {
      this.#sockets.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
  }
}
