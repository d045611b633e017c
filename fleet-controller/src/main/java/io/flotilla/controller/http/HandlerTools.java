package io.flotilla.controller.http;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.access.Caller;
import io.flotilla.controller.http.codec.ApiJson;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What handlers need. Handlers run on an event loop and must not block: work that touches the disk
 * goes through {@link #blocking}. A handler that throws answers with the problem of what it threw.
 */
public final class HandlerTools {
  /** Most bytes of a JSON body. */
  public static final int MAX_JSON_BYTES = 1 << 20;

  /** Most items of one page. */
  public static final int MAX_LIMIT = 1000;

  /** How long the rest of a request that was refused is taken in and dropped. */
  static final Duration LINGER = Duration.ofSeconds(2);

  private static final Logger LOG = LoggerFactory.getLogger(HandlerTools.class);
  private static final int DEFAULT_LIMIT = 100;
  private static final int OK = 200;
  private static final int NO_CONTENT = 204;
  private static final String JSON = "application/json";

  private final Lanes lanes;
  private final Uploads uploads;
  private final Handler<RoutingContext> jsonBody =
      BodyHandler.create(false).setBodyLimit(MAX_JSON_BYTES);

  HandlerTools(Lanes lanes, Uploads uploads) {
    this.lanes = lanes;
    this.uploads = uploads;
  }

  // Reading requests.

  /** To be mounted in front of a handler that calls {@link #readJson}. */
  public Handler<RoutingContext> jsonBody() {
    return jsonBody;
  }

  /**
   * The body as a record.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if it is not a {@code type}
   */
  public <T> T readJson(RoutingContext ctx, Class<T> type) {
    Buffer body = ctx.body().buffer();
    return ApiJson.decode(body == null ? new byte[0] : body.getBytes(), type);
  }

  /**
   * Streams the body to a file, which is deleted once the request is answered. To be called by the
   * handler itself, before it returns. The stage completes on an event loop; exceptionally with
   * {@code REQUEST_TOO_LARGE} beyond {@code maxBytes}, with {@code REQUEST_TIMED_OUT} if the caller
   * goes away, with {@code DISK_FULL} or {@code STORAGE_FAILED} if it cannot be written.
   */
  public CompletionStage<Path> receive(RoutingContext ctx, long maxBytes) {
    Deadline.extend(ctx);
    return uploads.receive(ctx, maxBytes);
  }

  /** A variable of the path. */
  public String path(RoutingContext ctx, String name) {
    return Objects.requireNonNull(ctx.pathParam(name), name);
  }

  /**
   * Declares the query parameters of a route. A request with any other is refused ({@code
   * INPUT_INVALID}) before its handlers see it, and so is one with any at all where a route
   * declares none.
   *
   * @return the route
   */
  public Route accepting(Route route, String... parameters) {
    return Parameters.declare(route, parameters);
  }

  /** A query parameter, which the route declares; empty if it is missing or empty. */
  public Optional<String> query(RoutingContext ctx, String name) {
    return queries(ctx, name).stream().findFirst().filter(value -> !value.isEmpty());
  }

  /** The values of a query parameter that may be repeated, which the route declares. */
  public List<String> queries(RoutingContext ctx, String name) {
    return Parameters.values(ctx, name);
  }

  /**
   * A number in the query.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if it is not a whole number of at least 0
   */
  public Optional<Long> number(RoutingContext ctx, String name) {
    return query(ctx, name)
        .map(
            text -> {
              if (!text.matches("[0-9]{1,18}")) {
                throw new FlotillaException(
                    ErrorCode.INPUT_INVALID, name + " must be a whole number of at least 0");
              }
              return Long.parseLong(text);
            });
  }

  /**
   * The query's {@code limit}: 1 to {@link #MAX_LIMIT}, 100 if missing.
   *
   * @throws FlotillaException {@code INPUT_INVALID}
   */
  public int limit(RoutingContext ctx) {
    long limit = number(ctx, "limit").orElse((long) DEFAULT_LIMIT);
    if (limit < 1 || limit > MAX_LIMIT) {
      throw new FlotillaException(ErrorCode.INPUT_INVALID, "limit must be 1 to " + MAX_LIMIT);
    }
    return (int) limit;
  }

  // Answering.

  /** Answers 200 with this value as JSON. */
  public void json(RoutingContext ctx, Object value) {
    json(ctx, OK, value);
  }

  /** Answers with this value as JSON. */
  public void json(RoutingContext ctx, int status, Object value) {
    send(ctx, status, JSON, ApiJson.encode(value));
  }

  /** Answers when the stage completes: 200 with its value, 204 without, or its problem. */
  public void handleAsync(RoutingContext ctx, CompletionStage<?> stage) {
    handleAsync(ctx, OK, stage);
  }

  /** Like {@link #handleAsync(RoutingContext, CompletionStage)} with another status than 200. */
  public void handleAsync(RoutingContext ctx, int status, CompletionStage<?> stage) {
    whenDone(
        ctx,
        stage,
        value -> {
          if (value == null) {
            empty(ctx);
          } else {
            json(ctx, status, value);
          }
        });
  }

  /**
   * Runs the answer on the request's event loop when the stage completes, or answers with its
   * problem.
   */
  public <T> void whenDone(RoutingContext ctx, CompletionStage<T> stage, Consumer<T> answer) {
    Context context = ctx.vertx().getOrCreateContext();
    var _ =
        stage.whenComplete(
            (value, failure) ->
                context.runOnContext(
                    now -> {
                      if (failure != null) {
                        fail(ctx, failure);
                      } else {
                        answer.accept(value);
                      }
                    }));
  }

  /** Answers 200 with a stored file's content, or its problem. */
  public void handleFile(RoutingContext ctx, CompletionStage<Path> file, String contentType) {
    whenDone(ctx, file, found -> sendFile(ctx, found, contentType));
  }

  /** Writes a body of unknown length. */
  @FunctionalInterface
  public interface BodyWriter {
    /** Writes everything; need not close. */
    void write(OutputStream body) throws IOException;
  }

  /**
   * Answers 200 with what the writer writes, on a thread of the lane. If it fails before the first
   * piece is sent, the answer is its problem; afterwards the connection is cut, so that nobody
   * takes a part for the whole.
   */
  public void handleStream(RoutingContext ctx, Lane lane, String contentType, BodyWriter writer) {
    withoutTimeout(ctx);
    ctx.response().setChunked(true).putHeader("Content-Type", contentType);
    ResponseStream body = new ResponseStream(ctx);
    whenDone(
        ctx,
        blocking(
            lane,
            () -> {
              try {
                writer.write(body);
                body.close();
                return true;
              } catch (IOException e) {
                throw new FlotillaException(
                    ErrorCode.REQUEST_TIMED_OUT, "the answer could not be sent", e);
              }
            }),
        sent -> {});
  }

  /** Answers 204. */
  public void empty(RoutingContext ctx) {
    if (!ctx.response().ended()) {
      ctx.response().setStatusCode(NO_CONTENT).end();
    }
  }

  /** Answers 200 with a file's content. */
  public void sendFile(RoutingContext ctx, Path file, String contentType) {
    Deadline.extend(ctx);
    ctx.response()
        .putHeader("Content-Type", contentType)
        .sendFile(file.toString())
        .onFailure(failure -> fail(ctx, failure));
  }

  /** Answers with the problem of this failure, or breaks off an answer that has begun. */
  public void fail(RoutingContext ctx, Throwable failure) {
    FlotillaException known = Problem.of(failure);
    int status = Problem.status(known.code());
    if (known.code() == ErrorCode.INTERNAL) {
      LOG.error("{} {} hit a bug", ctx.request().method(), ctx.normalizedPath(), failure);
    }
    HttpServerResponse response = ctx.response();
    if (response.ended()) {
      return;
    }
    if (response.headWritten()) {
      ctx.request().connection().close();
      return;
    }
    if (status == Problem.UNAUTHENTICATED) {
      response.putHeader("WWW-Authenticate", "Bearer");
    }
    int retryAfter = Problem.retryAfterSeconds(known.code());
    if (retryAfter > 0) {
      response.putHeader("Retry-After", Integer.toString(retryAfter));
    }
    boolean bodyLeft = !ctx.request().isEnded();
    if (bodyLeft) {
      response.putHeader("Connection", "close");
    }
    send(ctx, status, Problem.CONTENT_TYPE, ApiJson.encode(Problem.body(known)));
    if (bodyLeft) {
      letGo(ctx);
    }
  }

  /**
   * Takes in and drops the rest of a body for a while, because a caller that is cut off while it
   * writes would not read the answer; then ends the connection.
   */
  private static void letGo(RoutingContext ctx) {
    ctx.request().resume();
    ctx.vertx()
        .setTimer(
            LINGER.toMillis(),
            over -> {
              if (!ctx.request().isEnded()) {
                ctx.request().connection().close();
              }
            });
  }

  // Working.

  /** Runs work that may block on the quick lane; see {@link #blocking(Lane, Supplier)}. */
  public <T> CompletionStage<T> blocking(Supplier<T> work) {
    return blocking(Lane.QUICK, work);
  }

  /**
   * Runs work that may block on one of a lane's threads. The stage completes with its result or
   * what it threw; exceptionally with {@code CONTROLLER_UNREACHABLE} if too much work waits.
   */
  public <T> CompletionStage<T> blocking(Lane lane, Supplier<T> work) {
    Caller caller = Caller.current();
    try {
      return CompletableFuture.supplyAsync(() -> caller.call(work::get), lanes.of(lane));
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedStage(
          new FlotillaException(
              ErrorCode.CONTROLLER_UNREACHABLE, "the controller is busy: ask again later", e));
    }
  }

  /** Gives a request whose answer takes its time 20 times as long, from now. */
  public void withMoreTime(RoutingContext ctx) {
    Deadline.extend(ctx);
  }

  /** Takes the time limit off a request whose answer is a stream without end. */
  public void withoutTimeout(RoutingContext ctx) {
    Deadline.cancel(ctx);
  }

  private static void send(RoutingContext ctx, int status, String contentType, byte[] body) {
    if (ctx.response().ended()) {
      return; // the time limit was faster
    }
    ctx.response()
        .setStatusCode(status)
        .putHeader("Content-Type", contentType)
        .end(Buffer.buffer(body));
  }
}
