package io.flotilla.controller.webhook;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A web server that takes events, or does not. */
final class TestReceiver implements AutoCloseable {
  private static final int OK = 204;

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Post> all = new CopyOnWriteArrayList<>();
  private final List<Post> taken = new CopyOnWriteArrayList<>();
  private final Queue<Integer> answers = new ConcurrentLinkedQueue<>();
  private volatile boolean hanging;

  /**
   * What came.
   *
   * @param headers the first of each name, in lower case
   */
  record Post(Map<String, String> headers, String body) {
    String header(String name) {
      return headers.getOrDefault(name, "");
    }
  }

  TestReceiver() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::receive);
    server.start();
  }

  private void receive(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.getFirst()));
    Post post = new Post(headers, body);
    all.add(post);
    if (hanging) {
      return;
    }
    Integer status = answers.poll();
    if (status == null) {
      taken.add(post);
    }
    exchange.sendResponseHeaders(status == null ? OK : status, -1);
    exchange.close();
  }

  /** The status of the next answers; then it takes everything. */
  void answer(Integer... statuses) {
    answers.addAll(List.of(statuses));
  }

  /** Answers nothing from now on. */
  void hang() {
    hanging = true;
  }

  /** Everything that came. */
  List<Post> all() {
    return List.copyOf(all);
  }

  /** What was answered with success. */
  List<Post> taken() {
    return List.copyOf(taken);
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/events";
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
