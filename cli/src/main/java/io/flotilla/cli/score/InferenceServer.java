package io.flotilla.cli.score;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.flotilla.agent.scoring.Answer;
import io.flotilla.bundle.failure.ErrorClass;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.manifest.Manifest;
import io.flotilla.cli.codec.Json;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * One model behind the Open Inference Protocol v2, the HTTP/JSON part that needs no extension:
 * health, metadata, infer. Loopback only.
 */
final class InferenceServer implements Closeable {
  /** Largest request in bytes: 64 MiB. */
  static final int MAX_REQUEST_BYTES = 64 << 20;

  private static final int THREADS = 4;
  private static final int BACKLOG = 64;
  private static final String JSON = "application/json";

  private final LocalModel model;
  private final String name;
  private final HttpServer http;
  private final ExecutorService threads;

  private InferenceServer(LocalModel model, HttpServer http, ExecutorService threads) {
    this.model = model;
    this.name = model.scorer().manifest().map(Manifest::name).orElse("model");
    this.http = http;
    this.threads = threads;
  }

  /**
   * Starts listening.
   *
   * @param port 0 for a free one
   * @throws FlotillaException {@code PORT_IN_USE}
   */
  static InferenceServer start(LocalModel model, int port) throws IOException {
    HttpServer http;
    try {
      http =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
    } catch (BindException e) {
      throw new FlotillaException(
          ErrorCode.PORT_IN_USE, "port %d is taken: choose another --port".formatted(port), e);
    }
    ExecutorService threads =
        Executors.newFixedThreadPool(
            THREADS, Thread.ofPlatform().daemon().name("flotilla-serve-", 0).factory());
    InferenceServer server = new InferenceServer(model, http, threads);
    http.setExecutor(threads);
    http.createContext("/", server::answer);
    http.start();
    return server;
  }

  /** Where it listens. */
  String url() {
    return "http://127.0.0.1:" + http.getAddress().getPort();
  }

  /** The name that paths use. */
  String modelName() {
    return name;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      Reply reply;
      try {
        reply = reply(exchange);
      } catch (FlotillaException e) {
        boolean theirs =
            e.code().errorClass() == ErrorClass.REQUEST || e.code() == ErrorCode.INPUT_INVALID;
        reply =
            new Reply(
                theirs ? 400 : 500, Json.object().put("error", e.code() + ": " + e.getMessage()));
      }
      byte[] body = reply.body().toString().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", JSON);
      exchange.sendResponseHeaders(reply.status(), body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private Reply reply(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String own = "/v2/models/" + name;
    boolean posted = exchange.getRequestMethod().equals("POST");
    if (path.equals(own + "/infer")) {
      return posted ? infer(exchange) : failure(405, "infer takes POST");
    }
    if (posted) {
      return failure(404, "there is only POST %s/infer here".formatted(own));
    }
    if (path.equals("/v2/health/live")) {
      return new Reply(200, Json.object().put("live", true));
    }
    if (path.equals("/v2/health/ready") || path.equals(own + "/ready")) {
      return new Reply(200, Json.object().put("ready", true));
    }
    if (path.equals("/v2")) {
      return new Reply(200, Json.object().put("name", "flotilla").put("extensions", List.of()));
    }
    return path.equals(own)
        ? new Reply(200, InferenceJson.metadata(name, model))
        : failure(404, "no such path; the model is %s".formatted(own));
  }

  private Reply infer(HttpExchange exchange) throws IOException {
    byte[] body;
    try (InputStream in = exchange.getRequestBody()) {
      body = in.readNBytes(MAX_REQUEST_BYTES + 1);
    }
    if (body.length > MAX_REQUEST_BYTES) {
      return failure(413, "a request has at most %d bytes".formatted(MAX_REQUEST_BYTES));
    }
    Json request = Json.parse(body);
    Answer answer = model.scorer().score(InferenceJson.inputs(request, model.inputs()));
    return new Reply(200, InferenceJson.answer(name, request.text("id"), answer));
  }

  private static Reply failure(int status, String message) {
    return new Reply(status, Json.object().put("error", message));
  }

  @Override
  public void close() {
    http.stop(0);
    threads.shutdownNow();
  }

  private record Reply(int status, Json body) {}
}
