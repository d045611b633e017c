package io.flotilla.controller.http;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.http.codec.ApiJson;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

/**
 * Answers requests that could not be parsed: a first line or headers over their limit, or what is
 * no HTTP. The rest of what the caller sends is taken in and dropped for a while, because a caller
 * that is cut off while it writes would not read the answer; then the connection ends.
 */
final class InvalidRequests implements Handler<HttpServerRequest> {
  /** RFC 9110, section 15.5.15: URI Too Long. */
  static final int URI_TOO_LONG = 414;

  /** RFC 6585, section 5: Request Header Fields Too Large. */
  static final int HEADERS_TOO_LARGE = 431;

  private static final int BAD_REQUEST = 400;

  private final Vertx vertx;
  private final int maxLineChars;

  InvalidRequests(Vertx vertx, int maxLineChars) {
    this.vertx = vertx;
    this.maxLineChars = maxLineChars;
  }

  @Override
  public void handle(HttpServerRequest request) {
    switch (request.decoderResult().cause()) {
      case TooLongHttpLineException _ ->
          answer(
              request,
              URI_TOO_LONG,
              ErrorCode.REQUEST_TOO_LARGE,
              "the first line of the request is over the limit of %d characters: send less in the address"
                  .formatted(maxLineChars));
      case TooLongHttpHeaderException _ ->
          answer(
              request,
              HEADERS_TOO_LARGE,
              ErrorCode.REQUEST_TOO_LARGE,
              "the headers of the request are over their limit: send fewer or shorter ones");
      case null, default ->
          answer(request, BAD_REQUEST, ErrorCode.INPUT_INVALID, "the request is no valid HTTP");
    }
  }

  private void answer(HttpServerRequest request, int status, ErrorCode code, String detail) {
    byte[] body = ApiJson.encode(Problem.body(new FlotillaException(code, detail), status));
    HttpServerResponse response = request.response();
    response
        .setStatusCode(status)
        .putHeader("Content-Type", Problem.CONTENT_TYPE)
        .putHeader("Content-Length", Integer.toString(body.length))
        .putHeader("Connection", "close");
    ResponseHeaders.secure(response);
    response.write(Buffer.buffer(body));
    vertx.setTimer(
        HandlerTools.LINGER.toMillis(),
        over -> {
          if (!response.ended() && !response.closed()) {
            response.end();
          }
        });
  }
}
