package io.flotilla.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.cli.codec.Json;
import io.flotilla.cli.testing.FakeController;
import io.flotilla.cli.testing.FakeController.Answer;
import io.flotilla.cli.testing.FakeController.Request;
import io.flotilla.cli.testing.Models;
import io.flotilla.cli.testing.Ran;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every command that changes something sends its reason along, whatever comes of it. */
class ReasonTest {
  @TempDir private Path folder;
  @AutoClose private FakeController controller;

  @BeforeEach
  void start() throws Exception {
    controller = new FakeController(folder);
    Files.writeString(folder.resolve("rows"), "{\"a\":1}\n");
  }

  @ParameterizedTest
  @CsvSource({
    "rollout pause 1,                          POST /rollouts/1/pause",
    "rollout resume 1,                         POST /rollouts/1/resume",
    "rollout abort 1,                          POST /rollouts/1/abort",
    "device revoke cam-1,                      POST /devices/cam-1/revoke",
    "dataset register d --file FILE,           POST /datasets/d",
    "label upload FILE,                        POST /labels",
    "drift cohorts digits,                     POST /drift/digits/cohorts",
    "model collect,                            POST /blobs/collect",
    "model delete digits:1,                    DELETE /models/digits/versions/1",
    "model alias remove digits champion,       DELETE /models/digits/aliases/champion",
    "backup create --out NEW,                  GET /backup",
  })
  void aRequestWithoutJsonHasItInTheQuery(String command, String call) {
    assertThat(sent(command).call())
        .isEqualTo(call.replace(" /", " /api/v1/") + "?reason=too%20warm%20%26%20wet");
  }

  @ParameterizedTest
  @CsvSource({
    "rollout create digits:1,                  POST /rollouts",
    "device claim,                             POST /claims",
    "device label cam-1 a=b,                   PATCH /devices/cam-1/labels",
    "dataset register d --captured digits,     POST /datasets/d/captured",
    "run start --pipeline FILE --model digits, POST /runs",
    "environment register e --file FILE,       POST /environments/e",
    "model tag digits a=b,                     PATCH /models/digits",
    "model alias set digits:1 champion,        PUT /models/digits/aliases/champion",
    "model profile digits:1 --device cam-1,    POST /models/digits/versions/1/profile-jobs",
    "model convert digits:1 --to fp16 --out NEW, POST /models/digits/versions/1/conversions",
  })
  void aRequestWithJsonHasItAsAMember(String command, String call) {
    controller.on(
        "GET /api/v1/models/digits/versions/1/archive",
        new Answer(200, "application/octet-stream", "no bundle"));

    Request request = sent(command);

    assertThat(request.call()).isEqualTo(call.replace(" /", " /api/v1/"));
    assertThat(Json.parse(request.body()).text("reason")).isEqualTo("too warm & wet");
  }

  @Test
  void whatWasMeasuredHereIsHandedInWithIt() throws Exception {
    controller.onBytes(
        "GET /api/v1/models/digits/versions/1/archive",
        Models.signedBundle(folder, Models.trust(folder)));

    Request request = sent("model profile digits:1 --threads 1");

    assertThat(request.call()).isEqualTo("POST /api/v1/models/digits/versions/1/profiles");
    assertThat(Json.parse(request.body()).text("reason")).isEqualTo("too warm & wet");
  }

  /** The last request of this command with a reason. */
  private Request sent(String command) {
    List<Object> arguments = new ArrayList<>();
    for (String word : command.split(" ", -1)) {
      switch (word) {
        case "FILE" -> arguments.add(folder.resolve("rows"));
        case "NEW" -> arguments.add(folder.resolve("new"));
        default -> arguments.add(word);
      }
    }
    arguments.addAll(List.of("--reason", "too warm & wet", "--context", folder));
    Ran ran = Ran.flotilla(arguments.toArray());
    assertThat(controller.requests()).as(ran.err()).isNotEmpty();
    return controller.last();
  }
}
