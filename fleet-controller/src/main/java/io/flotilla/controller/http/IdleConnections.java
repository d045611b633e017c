package io.flotilla.controller.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Closes connections on which no request is open. One whose request is being worked on may be
 * silent for as long as the request's own {@link Deadline} lets it.
 */
final class IdleConnections {
  private final Vertx vertx;
  private final Duration patience;
  private final Map<HttpConnection, Watch> watches = new ConcurrentHashMap<>();

  IdleConnections(Vertx vertx, Duration patience) {
    this.vertx = vertx;
    this.patience = patience;
  }

  /** For each connection, once it can carry requests. */
  void opened(HttpConnection connection) {
    Watch watch = new Watch(connection);
    watches.put(connection, watch);
    connection.closeHandler(
        closed -> {
          watches.remove(connection);
          watch.disarm();
        });
    watch.arm();
  }

  /** For each request: its connection is not idle until it is answered. */
  void serve(RoutingContext ctx) {
    Watch watch = watches.get(ctx.request().connection());
    if (watch != null) {
      watch.begun();
      ctx.addEndHandler(answered -> watch.ended());
    }
  }

  /** One connection; confined to its event loop. */
  private final class Watch {
    private final HttpConnection connection;
    private int open;
    private long timer;

    Watch(HttpConnection connection) {
      this.connection = connection;
    }

    void begun() {
      open++;
      disarm();
    }

    void ended() {
      open--;
      if (open == 0 && watches.containsKey(connection)) {
        arm();
      }
    }

    void arm() {
      timer = vertx.setTimer(patience.toMillis(), late -> connection.close());
    }

    void disarm() {
      vertx.cancelTimer(timer);
    }
  }
}
