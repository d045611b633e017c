package io.flotilla.controller.http;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * A response as a stream that blocks its writer while the caller does not read. One writer, which
 * is not the event loop.
 */
final class ResponseStream extends OutputStream {
  private static final int PIECE = 64 * 1024;
  private static final int PIECES_ON_THE_WAY = 16;
  private static final int PATIENCE_SECONDS = 60;

  private final Context context;
  private final HttpServerResponse response;
  private final Semaphore room = new Semaphore(PIECES_ON_THE_WAY);
  private final byte[] buffer = new byte[PIECE];
  private int used;
  private volatile boolean gone;

  /** To be made on the event loop of the request. */
  ResponseStream(RoutingContext ctx) {
    this.context = ctx.vertx().getOrCreateContext();
    this.response = ctx.response();
    ctx.addEndHandler(ended -> gone = true);
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    int at = offset;
    int left = length;
    while (left > 0) {
      int part = Math.min(left, PIECE - used);
      System.arraycopy(bytes, at, buffer, used, part);
      used += part;
      at += part;
      left -= part;
      if (used == PIECE) {
        send();
      }
    }
  }

  /** Sends what is left and ends the response. */
  @Override
  public void close() throws IOException {
    if (used > 0) {
      send();
    }
    context.runOnContext(
        now -> {
          if (!response.ended() && !response.closed()) {
            response.end();
          }
        });
  }

  private void send() throws IOException {
    try {
      if (!room.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS) || gone) {
        throw new IOException("the caller does not read any more");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("the controller is stopping", e);
    }
    Buffer piece = Buffer.buffer(Arrays.copyOf(buffer, used));
    used = 0;
    context.runOnContext(now -> pass(piece));
  }

  private void pass(Buffer piece) {
    if (response.ended() || response.closed()) {
      gone = true;
      room.release();
      return;
    }
    response.write(piece).onComplete(written -> room.release());
  }
}
