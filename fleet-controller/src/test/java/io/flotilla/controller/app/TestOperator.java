package io.flotilla.controller.app;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** What an operator's command does: reads operator.json and calls the API. */
final class TestOperator implements AutoCloseable {
  private static final String JSON = "application/json";

  private final JsonObject access;
  private final HttpClient http;
  private final Consumer<Exchange> observer;

  TestOperator(Path operatorFile) {
    this(operatorFile, exchange -> {});
  }

  /** An operator whose calls somebody watches. */
  TestOperator(Path operatorFile, Consumer<Exchange> observer) {
    this.observer = observer;
    try {
      access = new JsonObject(Buffer.buffer(Files.readAllBytes(operatorFile)));
      http = HttpClient.newBuilder().sslContext(trusting(access.getString("ca"))).build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private TestOperator(JsonObject access, HttpClient http) {
    this.access = access;
    this.http = http;
    this.observer = exchange -> {};
  }

  /** Somebody else, with this token; not to be closed. */
  TestOperator as(String token) {
    return new TestOperator(access.copy().put("token", token), http);
  }

  /** An answer. */
  @SuppressWarnings("ArrayRecordComponent") // a carrier of bytes: never compared or hashed
  record Answer(int status, byte[] body) {
    JsonObject json() {
      return new JsonObject(Buffer.buffer(body));
    }
  }

  /**
   * A call and its answer.
   *
   * @param path after {@code /api/v1}, with its query
   * @param sentType content type of the request; empty if it has no body
   */
  @SuppressWarnings("ArrayRecordComponent") // a carrier of bytes: never compared or hashed
  record Exchange(
      String method,
      String path,
      String sentType,
      byte[] sent,
      int status,
      String contentType,
      byte[] body) {}

  Answer get(String path) {
    return send("GET", path, "", new byte[0]);
  }

  Answer put(String path, JsonObject body) {
    return send("PUT", path, JSON, body.toBuffer().getBytes());
  }

  Answer patch(String path, JsonObject body) {
    return send("PATCH", path, JSON, body.toBuffer().getBytes());
  }

  /** Asks for this form of an answer, which has no length known beforehand. */
  Answer accept(String path, String mediaType) {
    return exchange("GET", path, "", new byte[0], request(path).header("Accept", mediaType).GET());
  }

  Answer post(String path, JsonObject body) {
    return send("POST", path, JSON, body.toBuffer().getBytes());
  }

  /** A call with any method and no body. */
  Answer call(String method, String path) {
    return send(method, path, "", new byte[0]);
  }

  /** A call without a body. */
  Answer post(String path) {
    return send("POST", path, "", new byte[0]);
  }

  Answer upload(String path, byte[] body) {
    return upload(path, "application/octet-stream", body);
  }

  Answer upload(String path, String contentType, byte[] body) {
    return send("POST", path, contentType, body);
  }

  Answer delete(String path) {
    return send("DELETE", path, "", new byte[0]);
  }

  String url() {
    return access.getString("url");
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(url() + "/api/v1" + path))
        .header("Authorization", "Bearer " + access.getString("token"));
  }

  private Answer send(String method, String path, String contentType, byte[] body) {
    HttpRequest.Builder request =
        request(path)
            .method(
                method,
                contentType.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofByteArray(body));
    if (!contentType.isEmpty()) {
      request.header("Content-Type", contentType);
    }
    return exchange(method, path, contentType, body, request);
  }

  private Answer exchange(
      String method, String path, String sentType, byte[] sent, HttpRequest.Builder request) {
    try {
      HttpResponse<byte[]> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      observer.accept(
          new Exchange(
              method,
              path,
              sentType,
              sent,
              response.statusCode(),
              response.headers().firstValue("Content-Type").orElse(""),
              response.body()));
      return new Answer(response.statusCode(), response.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static SSLContext trusting(String caFile) throws IOException {
    try (InputStream pem = Files.newInputStream(Path.of(caFile))) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setCertificateEntry(
          "ca", CertificateFactory.getInstance("X.509").generateCertificate(pem));
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
