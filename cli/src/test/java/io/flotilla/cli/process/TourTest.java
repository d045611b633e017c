package io.flotilla.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.cli.codec.Json;
import io.flotilla.cli.testing.Models;
import io.flotilla.cli.testing.Ran;
import io.flotilla.cli.testing.Running;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands together, on a real controller and a real agent. */
class TourTest {
  @TempDir private Path folder;

  private Running controller(Path trust, int httpPort) throws IOException {
    return Running.flotilla(
        "controller",
        "--json",
        "--exit-with-parent",
        "--data",
        folder.resolve("controller"),
        "--trust",
        trust,
        "--http-port",
        httpPort,
        "--mqtt-port",
        0);
  }

  @Test
  void aModelGoesFromAFileToADeviceThatScoresWithIt() throws IOException {
    Path trust = Models.trust(folder);
    try (Running controller = controller(trust, 0)) {
      Json ready = controller.await("ready");
      assertThat(ready.text("broker")).startsWith("mqtts://127.0.0.1:");
      assertThat(mode(context().resolve("operator.json"))).isEqualTo("rw-------");

      register(trust);
      String claim = ok("device", "claim").out().strip();
      try (Running agent = agent(claim, ready.text("url"), trust)) {
        agent.await("ready");
        awaitHello();
        refuses("SELECTOR_EMPTY", "rollout", "create", "digits:1", "--selector", "a=b");
        refuses("VERSION_NOT_FOUND", "rollout", "create", "digits:9");
        String id = ok("rollout", "create", "digits:1", "--json").json().text("id");
        ok("rollout", "watch", id);
        assertThat(ok("device", "list").out()).contains("digits:1");
        looksBeforeAndAfter(id);
        letsAnotherPersonLookButNotTouch();
        tellsOthers();
        awaitPredictions(agent);
        assertThat(agent.end()).isZero();
      }
      refusesClaim(claim, ready.text("url"), trust);
      assertThat(ok("events").out())
          .contains("io.flotilla.rollout.completed", "io.flotilla.device.activated");
      assertThat(controller.end()).isZero();
    }
  }

  private void looksBeforeAndAfter(String rollout) {
    ok("group", "set", "here", "id=cam-1, runtime>=1, gpu=none", "--description", "the first");
    assertThat(ok("group", "list").out()).contains("here", "id=cam-1,", "the first");
    assertThat(ok("group", "show", "here").out()).contains("1 devices now, 1 online");
    assertThat(ok("group", "preview", "@here").out()).contains("1 of 1", "cam-1", "digits:1: 1");
    assertThat(ok("device", "list", "--selector", "@here").out()).contains("cam-1");
    refuses("GROUP_NOT_FOUND", "rollout", "create", "digits:1", "--selector", "@there");
    assertThat(ok("rollout", "create", "digits:1", "--selector", "@here", "--preview").out())
        .contains("at least 0 s")
        .doesNotContain("cannot run it");
    assertThat(ok("rollout", "list").out()).doesNotContain("rollout-000002");
    assertThat(ok("rollout", "targets", rollout).out()).contains("cam-1", "SUCCEEDED");
    assertThat(ok("rollout", "targets", rollout, "--state", "FAILED").out()).contains("no such");
    assertThat(ok("rollout", "decisions", rollout).out()).contains("no gate has decided");
    ok("device", "quarantine", "cam-1", "--reason", "a look at it");
    assertThat(ok("group", "preview", "*").out()).contains("0 of 0");
    ok("device", "release", "cam-1");
    assertThat(ok("group", "preview", "*").out()).contains("1 of 1");
    ok("group", "delete", "here");
    assertThat(ok("group", "list").out()).contains("no group");
  }

  private void tellsOthers() {
    assertThat(ok("webhook", "set", "chat", "http://127.0.0.1:9/", "--type", "io.flotilla.x").out())
        .contains("chat: http://127.0.0.1:9/ gets io.flotilla.x", "secret whsec_");
    assertThat(ok("webhook", "set", "chat", "http://127.0.0.1:9/").out())
        .contains("all events")
        .doesNotContain("whsec_");
    assertThat(ok("webhook", "list").out()).contains("chat", "all events");
    assertThat(ok("webhook", "dead-letters", "chat").out()).contains("no dead letter");
    ok("webhook", "replay", "chat");
    refuses("INPUT_INVALID", "webhook", "set", "chat", "http://example.org/");
    ok("webhook", "delete", "chat");
    assertThat(ok("webhook", "list").out()).contains("no webhook");
  }

  private void letsAnotherPersonLookButNotTouch() throws IOException {
    Path anna = folder.resolve("anna");
    assertThat(ok("operator", "set", "anna", "--grant", "viewer").out()).contains("viewer of");
    assertThat(ok("operator", "token", "anna", "--out", anna).out()).contains("good until");
    assertThat(mode(anna)).isEqualTo("rwx------");
    assertThat(mode(anna.resolve("operator.json"))).isEqualTo("rw-------");
    assertThat(ok("operator", "list").out()).contains("anna      1");

    assertThat(Ran.flotilla("operator", "whoami", "--context", anna).out()).startsWith("anna: ");
    assertThat(Ran.flotilla("device", "list", "--context", anna).out()).contains("cam-1");
    assertThat(Ran.flotilla("device", "claim", "--context", anna).err()).contains("FORBIDDEN");

    String token = ok("operator", "show", "anna", "--json").json().get("tokens").get(0).text("id");
    ok("operator", "revoke-token", "anna", token);
    assertThat(Ran.flotilla("device", "list", "--context", anna).err()).contains("UNAUTHENTICATED");
    assertThat(ok("operator", "show", "anna").out()).contains(token, "yes");
    ok("operator", "delete", "anna", "--yes");
    assertThat(ok("operator", "list").out()).contains("no operator");
  }

  private void register(Path trust) throws IOException {
    ok(
        "model",
        "register",
        Models.linear(folder),
        "--name",
        "digits",
        "--publisher-key",
        trust.resolve("keys/lab-key.pem"),
        "--tag",
        "stage=test");
    assertThat(ok("model", "show", "digits:1").out()).contains("stage=test", "lab");
    assertThat(
            ok(
                    "model",
                    "convert",
                    "digits:1",
                    "--to",
                    "fp16",
                    "--publisher-key",
                    trust.resolve("keys/lab-key.pem"))
                .out())
        .contains("registered digits:2");
  }

  private Running agent(String claim, String url, Path trust) throws IOException {
    return Running.flotilla(
        "agent",
        "--json",
        "--exit-with-parent",
        "--dir",
        folder.resolve("cam-1"),
        "--id",
        "cam-1",
        "--claim",
        claim,
        "--controller",
        url,
        "--trust",
        trust,
        "--input",
        Models.rows(folder),
        "--rate",
        "50");
  }

  /** Every row is answered on the device, and every answer arrives. */
  private void awaitPredictions(Running agent) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> agent.lines().stream().filter(l -> l.get("score").isPresent()).count() == 3);
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> ok("predictions", "show", "digits", "--json").json().get("stored").asInt() == 3);
  }

  private void awaitHello() {
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> ok("device", "show", "cam-1", "--json").json().get("hardware").isPresent());
  }

  private void refusesClaim(String claim, String url, Path trust) {
    Ran again =
        Ran.flotilla(
            "agent",
            "--dir",
            folder.resolve("cam-2"),
            "--id",
            "cam-2",
            "--claim",
            claim,
            "--controller",
            url,
            "--trust",
            trust);
    assertThat(again.status()).isEqualTo(3);
    assertThat(again.err()).startsWith("flotilla: CLAIM_USED: ").hasLineCount(1);
  }

  private void refuses(String code, Object... arguments) {
    Ran ran = operator(arguments);
    assertThat(ran.status()).isEqualTo(2);
    assertThat(ran.err()).startsWith("flotilla: " + code + ": ").hasLineCount(1);
  }

  private Ran ok(Object... arguments) {
    Ran ran = operator(arguments);
    assertThat(ran.err()).isEmpty();
    assertThat(ran.status()).isZero();
    return ran;
  }

  /** Runs a command with this controller's context. */
  private Ran operator(Object... arguments) {
    Object[] all = Arrays.copyOf(arguments, arguments.length + 2);
    all[arguments.length] = "--context";
    all[arguments.length + 1] = context();
    return Ran.flotilla(all);
  }

  private Path context() {
    return folder.resolve("controller");
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  @Test
  void aPortInUseEndsInOneSentence() throws IOException {
    Path trust = Models.trust(folder);
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Running controller = controller(trust, taken.getLocalPort())) {
      assertThat(controller.end()).isEqualTo(7);
      assertThat(controller.err()).startsWith("flotilla: PORT_IN_USE: ").hasLineCount(1);
      assertThat(controller.lines()).isEmpty();
    }
  }

  @Test
  void aMissingTrustFolderEndsInOneSentenceAndLeavesNothing() {
    Ran ran =
        Ran.flotilla(
            "controller", "--data", folder.resolve("c"), "--trust", folder.resolve("none"));

    assertThat(ran.status()).isEqualTo(2);
    assertThat(ran.err()).startsWith("flotilla: CONFIGURATION_INVALID: ").hasLineCount(1);
    assertThat(folder.resolve("c")).doesNotExist();
  }

  @Test
  void anAgentWithoutAClaimLeavesNothing() {
    Ran ran = Ran.flotilla("agent", "--dir", folder.resolve("a"), "--trust", folder);

    assertThat(ran.status()).isEqualTo(2);
    assertThat(ran.err()).startsWith("flotilla: INPUT_INVALID: ").contains("--claim");
    assertThat(folder.resolve("a")).doesNotExist();
  }

  @Test
  void preparesAnExternalBroker() throws IOException {
    Path data = folder.resolve("c");
    Path broker = folder.resolve("broker");

    Ran ran =
        Ran.flotilla(
            "controller",
            "init",
            "--data",
            data,
            "--broker-files",
            broker,
            "--host",
            "mq.local",
            "--json");

    assertThat(ran.status()).isZero();
    assertThat(ran.json().text("fingerprint")).hasSize(64);
    assertThat(broker.resolve("ca.pem")).hasSameTextualContentAs(data.resolve("pki/ca.pem"));
    for (Path key : new Path[] {broker.resolve("broker-key.pem"), data.resolve("pki/ca-key.pem")}) {
      assertThat(mode(key)).isEqualTo("rw-------");
    }
  }
}
