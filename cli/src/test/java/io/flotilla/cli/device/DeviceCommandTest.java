package io.flotilla.cli.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.cli.testing.FakeController;
import io.flotilla.cli.testing.Ran;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceCommandTest {
  private static final String DEVICE =
      """
      {"id":"cam-1","labels":{"site":"lyon"},"online":true,"lastSeenMs":1,"enrolledAtMs":1,
       "desired":{"model":"digits","version":2,"assignment":7},"running":null,
       "drift":{"flagged":true},
       "hardware":{"os":"Linux","architecture":"amd64","cpuCount":2,"runtimeVersion":"1.29.0",
         "accelerators":[{"kind":"GPU","provider":"P","simulated":true}]}}
      """;

  @TempDir private Path folder;
  @AutoClose private FakeController controller;

  @BeforeEach
  void start() throws Exception {
    controller = new FakeController(folder);
  }

  @Test
  void printsClaimsOneALineForAFile() {
    controller.on("POST /api/v1/claims", "{\"claims\":[\"flc1.a\",\"flc1.b\"]}");

    Ran ran =
        Ran.flotilla(
            "device",
            "claim",
            "--count",
            "2",
            "--ttl",
            "60",
            "--label",
            "site=lyon",
            "--context",
            folder);

    assertThat(ran.out()).isEqualTo("flc1.a\nflc1.b\n");
    assertThat(controller.last().body())
        .isEqualTo("{\"count\":2,\"ttlSeconds\":60,\"labels\":{\"site\":\"lyon\"}}");
  }

  @Test
  void listsDevices() {
    controller.on("GET /api/v1/devices", "{\"items\":[" + DEVICE + "],\"next\":null}");

    assertThat(Ran.flotilla("device", "list", "--context", folder).out())
        .contains("cam-1   yes     -        digits:2  flagged  site=lyon");
    assertThat(Ran.flotilla("device", "list", "--context", folder, "--json").json().get("items"))
        .satisfies(items -> assertThat(items.get(0).text("id")).isEqualTo("cam-1"));
  }

  @Test
  void showsADevice() {
    controller.on("GET /api/v1/devices/cam-1", DEVICE);

    assertThat(Ran.flotilla("device", "show", "cam-1", "--context", folder).out())
        .contains("GPU P (simulated)", "Linux amd64, 2 processors, ONNX Runtime 1.29.0");
  }

  @Test
  void shutsADeviceOutOnceAPersonSaysYes() {
    controller.on("POST /api/v1/devices/cam-1/revoke?reason=stolen", DEVICE);

    Ran no =
        Ran.withInput(
            "n\n", true, "device", "revoke", "cam-1", "--reason", "stolen", "--context", folder);
    assertThat(no.status()).isEqualTo(2);
    assertThat(controller.requests()).isEmpty();
    Ran yes =
        Ran.withInput(
            "y\n", true, "device", "revoke", "cam-1", "--reason", "stolen", "--context", folder);
    assertThat(yes.status()).as(yes.err()).isZero();
    assertThat(yes.out()).isEqualTo("cam-1 is shut out\n");
  }

  private static String command(String device, String state, String failure) {
    return """
        {"id":"c-1","device":"%s","order":"ping","state":"%s","createdAtMs":1000,"deadlineMs":61000,
         "endedAtMs":%s,"measurements":null,"lines":null,"failure":%s}
        """
        .formatted(device, state, state.equals("WAITING") ? "null" : "1012", failure);
  }

  @Test
  void pingsAndWaitsUntilTheDeviceAnswers() {
    controller.on("POST /api/v1/devices/cam-1/commands", command("cam-1", "WAITING", "null"));
    controller.on(
        "GET /api/v1/devices/cam-1/commands/c-1?waitSeconds=20", command("cam-1", "DONE", "null"));

    Ran ran = Ran.flotilla("device", "ping", "cam-1", "--deadline", "30", "--context", folder);

    assertThat(ran.status()).as(ran.err()).isZero();
    assertThat(ran.out()).contains("cam-1   c-1      ping   DONE   12");
    assertThat(controller.requests().getFirst().body())
        .isEqualTo("{\"order\":\"ping\",\"deadlineSeconds\":30}");
  }

  @Test
  void saysHowManyOfTheSelectedDevicesDidNotDoIt() {
    controller.on(
        "GET /api/v1/devices?selector=site%3Dlyon", "{\"items\":[" + DEVICE + "],\"next\":null}");
    controller.on("POST /api/v1/devices/cam-1/commands", command("cam-1", "WAITING", "null"));
    controller.on(
        "GET /api/v1/devices/cam-1/commands/c-1?waitSeconds=20",
        command("cam-1", "FAILED", "{\"code\":\"COMMAND_FAILED\",\"message\":\"no log\"}"));

    Ran ran = Ran.flotilla("device", "log", "--selector", "site=lyon", "--context", folder);

    assertThat(ran.status()).isEqualTo(5);
    assertThat(ran.out()).contains("COMMAND_FAILED: no log");
    assertThat(ran.err()).contains("COMMAND_FAILED: 1 of 1 devices did not do it");
  }

  @Test
  void takesADeviceOutOfTheFleet() {
    controller.on("POST /api/v1/devices/cam-1/decommission?reason=scrapped", DEVICE);
    Ran ran =
        Ran.flotilla(
            "device",
            "decommission",
            "cam-1",
            "--reason",
            "scrapped",
            "--yes",
            "--context",
            folder);
    assertThat(ran.out()).isEqualTo("cam-1 is out of the fleet\n");
  }

  @Test
  void wantsDevicesOrASelector() {
    assertThat(Ran.flotilla("device", "ping", "--context", folder).status()).isEqualTo(2);
    assertThat(
            Ran.flotilla("device", "ping", "cam-1", "--selector", "*", "--context", folder)
                .status())
        .isEqualTo(2);
    assertThat(controller.requests()).isEmpty();
  }

  @Test
  void setsAndRemovesLabels() {
    controller.on("PATCH /api/v1/devices/cam-1/labels", DEVICE);

    Ran ran =
        Ran.flotilla(
            "device",
            "label",
            "cam-1",
            "site=lyon",
            "a=b=c",
            "--remove",
            "x",
            "--remove",
            "y",
            "--context",
            folder);

    assertThat(ran.out()).isEqualTo("cam-1: site=lyon\n");
    assertThat(controller.last().body())
        .isEqualTo("{\"set\":{\"site\":\"lyon\",\"a\":\"b=c\"},\"remove\":[\"x\",\"y\"]}");
  }

  @Test
  void refusesALabelWithoutValue() {
    Ran ran = Ran.flotilla("device", "label", "cam-1", "lyon", "--context", folder);

    assertThat(ran.status()).isEqualTo(2);
    assertThat(ran.err())
        .isEqualTo("flotilla: INPUT_INVALID: 'lyon' is not of the form key=value\n");
  }
}
