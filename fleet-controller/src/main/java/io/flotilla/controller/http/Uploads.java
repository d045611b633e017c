package io.flotilla.controller.http;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.OpenOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;

/** Bodies on their way into files of one folder, which is emptied at start. */
final class Uploads {
  /** A longer length is over every limit; the server itself refuses one that is no number. */
  private static final int MAX_DIGITS = 18;

  /** Most bodies under way at once, of all callers; each has a file and an open handle. */
  static final int MAX_UNDER_WAY = 128;

  private final Path folder;
  private final Semaphore places = new Semaphore(MAX_UNDER_WAY);

  private Uploads(Path folder) {
    this.folder = folder;
  }

  /**
   * Makes the folder and removes what an earlier process left in it.
   *
   * @throws FlotillaException {@code STORAGE_FAILED}
   */
  static Uploads open(Path folder) {
    try {
      Files.createDirectories(folder);
      List<Path> left;
      try (Stream<Path> files = Files.list(folder)) {
        left = files.toList();
      }
      for (Path file : left) {
        Files.delete(file);
      }
      return new Uploads(folder);
    } catch (IOException e) {
      throw new FlotillaException(
          ErrorCode.STORAGE_FAILED, "the folder %s cannot be used".formatted(folder), e);
    }
  }

  CompletionStage<Path> receive(RoutingContext ctx, long maxBytes) {
    HttpServerRequest request = ctx.request();
    CompletableFuture<Path> outcome = new CompletableFuture<>();
    String announced = request.getHeader("Content-Length");
    if (announced != null && over(announced, maxBytes)) {
      outcome.completeExceptionally(tooLarge(maxBytes));
      return outcome;
    }
    if (!places.tryAcquire()) {
      outcome.completeExceptionally(
          new FlotillaException(
              ErrorCode.RATE_LIMITED,
              "%d uploads are under way already: try again later".formatted(MAX_UNDER_WAY)));
      return outcome;
    }
    ctx.addEndHandler(ended -> places.release());
    request.pause();
    Path file = folder.resolve(UUID.randomUUID() + ".part");
    ctx.addEndHandler(ended -> ctx.vertx().fileSystem().delete(file.toString()));
    ctx.vertx()
        .fileSystem()
        .open(file.toString(), new OpenOptions().setCreateNew(true).setPerms("rw-------"))
        .onSuccess(opened -> new Transfer(request, opened, maxBytes, outcome).begin(file))
        .onFailure(failure -> outcome.completeExceptionally(disk(failure)));
    return outcome;
  }

  private static boolean over(String announced, long maxBytes) {
    return announced.length() > MAX_DIGITS || Long.parseLong(announced) > maxBytes;
  }

  private static FlotillaException tooLarge(long maxBytes) {
    return new FlotillaException(
        ErrorCode.REQUEST_TOO_LARGE, "the body is over the limit of %d bytes".formatted(maxBytes));
  }

  private static FlotillaException disk(Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      boolean full =
          at instanceof IOException && String.valueOf(at.getMessage()).contains("No space left");
      if (full) {
        return new FlotillaException(
            ErrorCode.DISK_FULL, "no space is left for the upload: free some and try again", at);
      }
    }
    return new FlotillaException(ErrorCode.STORAGE_FAILED, "the upload cannot be written", failure);
  }

  /** One body; confined to its event loop. */
  private static final class Transfer {
    private final HttpServerRequest request;
    private final AsyncFile to;
    private final long maxBytes;
    private final CompletableFuture<Path> outcome;
    private long bytes;

    Transfer(
        HttpServerRequest request, AsyncFile to, long maxBytes, CompletableFuture<Path> outcome) {
      this.request = request;
      this.to = to;
      this.maxBytes = maxBytes;
      this.outcome = outcome;
    }

    void begin(Path file) {
      to.exceptionHandler(failure -> stop(disk(failure)));
      request.handler(this::take);
      request.exceptionHandler(
          failure ->
              stop(
                  new FlotillaException(
                      ErrorCode.REQUEST_TIMED_OUT, "the caller went away", failure)));
      request.endHandler(ended -> end(file));
      request.resume();
    }

    private void end(Path file) {
      if (!outcome.isDone()) {
        to.close()
            .onSuccess(closed -> outcome.complete(file))
            .onFailure(failure -> outcome.completeExceptionally(disk(failure)));
      }
    }

    private void take(Buffer part) {
      if (outcome.isDone()) {
        return;
      }
      bytes += part.length();
      if (bytes > maxBytes) {
        stop(tooLarge(maxBytes));
        return;
      }
      to.write(part).onFailure(failure -> stop(disk(failure)));
      if (to.writeQueueFull()) {
        request.pause();
        to.drainHandler(drained -> request.resume());
      }
    }

    private void stop(FlotillaException why) {
      if (outcome.completeExceptionally(why)) {
        to.close();
      }
    }
  }
}
