package io.flotilla.controller.http;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.function.BiConsumer;

/** The time limit of one request; confined to its event loop. */
final class Deadline {
  private static final String KEY = Deadline.class.getName();
  private static final int UPLOAD_FACTOR = 20;

  private final RoutingContext ctx;
  private final Duration timeout;
  private final BiConsumer<RoutingContext, Throwable> onTimeout;
  private long timer;

  private Deadline(
      RoutingContext ctx, Duration timeout, BiConsumer<RoutingContext, Throwable> onTimeout) {
    this.ctx = ctx;
    this.timeout = timeout;
    this.onTimeout = onTimeout;
  }

  /** Gives a request this long from now. */
  static void start(
      RoutingContext ctx, Duration timeout, BiConsumer<RoutingContext, Throwable> onTimeout) {
    Deadline deadline = new Deadline(ctx, timeout, onTimeout);
    ctx.put(KEY, deadline);
    deadline.arm(timeout);
    ctx.addEndHandler(ended -> deadline.disarm());
  }

  /** Gives an upload or download longer, from now. */
  static void extend(RoutingContext ctx) {
    Deadline deadline = ctx.get(KEY);
    if (deadline != null) {
      deadline.disarm();
      deadline.arm(deadline.timeout.multipliedBy(UPLOAD_FACTOR));
    }
  }

  /** Takes the limit off. */
  static void cancel(RoutingContext ctx) {
    Deadline deadline = ctx.get(KEY);
    if (deadline != null) {
      deadline.disarm();
    }
  }

  private void arm(Duration span) {
    timer =
        ctx.vertx()
            .setTimer(
                span.toMillis(),
                fired ->
                    onTimeout.accept(
                        ctx,
                        new FlotillaException(
                            ErrorCode.REQUEST_TIMED_OUT,
                            "the request took longer than %d ms".formatted(span.toMillis()))));
  }

  private void disarm() {
    ctx.vertx().cancelTimer(timer);
  }
}
