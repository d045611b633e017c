package io.flotilla.cli.score;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.cli.codec.Json;
import io.flotilla.cli.testing.Models;
import io.flotilla.cli.testing.Ran;
import io.flotilla.cli.testing.Running;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServeCommandTest {
  @TempDir private Path folder;
  private final HttpClient http = HttpClient.newHttpClient();
  private Running server;
  private String url;

  @BeforeEach
  void start() throws IOException {
    Path bundle = Models.signedBundle(folder, Models.trust(folder));
    server =
        Running.flotilla(
            "serve",
            bundle,
            "--trust",
            folder.resolve("trust"),
            "--port",
            "0",
            "--json",
            "--exit-with-parent");
    url = server.await("serving").text("url");
  }

  @AfterEach
  void stop() {
    server.close();
    http.close();
  }

  @Test
  void answersAsTheAgentWould() throws Exception {
    String scored =
        Ran.withInput("1,0,0,0\n", false, "score", folder.resolve("digits.tar"), "--json").out();

    Json answer =
        infer(
            """
            {"id":"r-1","inputs":[{"name":"input","datatype":"FP32","shape":[1,4],
             "data":[1,0,0,0]}]}
            """,
            200);

    assertThat(answer.text("id")).isEqualTo("r-1");
    assertThat(answer.get("outputs").get(0).get("data").items().stream().map(Json::asDouble))
        .containsExactlyElementsOf(
            Json.parse(scored).get("outputs").get("output").items().stream()
                .map(Json::asDouble)
                .toList());
    assertThat(answer.get("parameters").text("label")).isEqualTo(Json.parse(scored).text("label"));
  }

  @Test
  void saysWhatItServes() throws Exception {
    assertThat(get("/v2/health/ready", 200).get("ready").asBoolean()).isTrue();
    Json metadata = get("/v2/models/digits", 200);
    assertThat(metadata.get("inputs").get(0).get("shape").toString()).isEqualTo("[-1,4]");
    assertThat(get("/v2/models/other", 404).text("error")).contains("/v2/models/digits");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "{\"inputs\":[]}",
        "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1,4],\"data\":[1,0,0,0]}]}",
        "{\"inputs\":[{\"name\":\"input\",\"datatype\":\"INT64\",\"shape\":[1,4],"
            + "\"data\":[1,0,0,0]}]}",
        "{\"inputs\":[{\"name\":\"input\",\"datatype\":\"FP32\",\"shape\":[1,4],\"data\":[1,0]}]}",
        "{\"inputs\":[{\"name\":\"input\",\"datatype\":\"FP32\",\"shape\":[-1,4],\"data\":[]}]}",
        "{\"inputs\":[{\"name\":\"input\",\"datatype\":\"FP32\",\"shape\":[1,4],"
            + "\"data\":[\"a\",0,0,0]}]}",
        "{\"inputs\":[{\"name\":\"input\",\"datatype\":\"FP32\",\"shape\":[1,4],"
            + "\"data\":[[[[[[[[[[[1]]]]]]]]]]]}]}",
      })
  void aWrongRequestIsRefusedAndTheNextOneAnswered(String request) throws Exception {
    assertThat(infer(request, 400).text("error")).startsWith("INPUT_INVALID: ");
    assertThat(get("/v2/health/live", 200).get("live").asBoolean()).isTrue();
  }

  @Test
  void aTakenPortIsNamed() throws IOException {
    Ran ran =
        Ran.flotilla(
            "serve", Models.linear(Files.createDirectory(folder.resolve("m"))), "--port", port());

    assertThat(ran.status()).isEqualTo(7);
    assertThat(ran.err()).startsWith("flotilla: PORT_IN_USE: ").contains(port());
  }

  private String port() {
    return Integer.toString(URI.create(url).getPort());
  }

  private Json infer(String body, int status) throws Exception {
    return send(
        HttpRequest.newBuilder(URI.create(url + "/v2/models/digits/infer"))
            .POST(BodyPublishers.ofString(body)),
        status);
  }

  private Json get(String path, int status) throws Exception {
    return send(HttpRequest.newBuilder(URI.create(url + path)), status);
  }

  private Json send(HttpRequest.Builder request, int status) throws Exception {
    HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    return Json.parse(response.body());
  }
}
