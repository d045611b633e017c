package io.flotilla.controller.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.controller.http.TestApi;
import java.math.BigInteger;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceRoutesTest {
  @TempDir Path folder;
  private final BlockingQueue<String> disconnected = new LinkedBlockingQueue<>();
  private TestFleet fleet;
  private TestApi api;

  @BeforeEach
  void start() {
    fleet = new TestFleet(folder.resolve("store"), Clock.systemUTC());
    api =
        new TestApi(folder, new DeviceRoutes(fleet.state(), Clock.systemUTC(), disconnected::add));
    fleet.add("cam-1", Map.of("site", "lyon"));
    fleet.add("cam-2", Map.of("site", "paris"));
    fleet.add("cam-3", Map.of("site", "lyon"));
  }

  @AfterEach
  void stop() {
    api.close();
    fleet.close();
  }

  @Test
  void showsADeviceWithoutItsKeysDigest() {
    HttpResponse<String> answer = api.get("/devices/cam-1");

    assertThat(TestApi.map(answer))
        .containsEntry("id", "cam-1")
        .containsEntry("labels", Map.of("site", "lyon"))
        .containsEntry("online", false)
        .containsEntry("desired", null)
        .containsEntry("running", null)
        .containsEntry("hardware", null)
        .containsEntry("enrolledAtMs", 1000)
        .containsEntry("revoked", false)
        .containsEntry("drift", Map.of("flagged", false))
        .doesNotContainKey("identity");
  }

  @Test
  void listsPageByPageWhatASelectorMeans() {
    Map<String, Object> first = TestApi.map(api.get("/devices?selector=site%3Dlyon&limit=1"));
    Map<String, Object> second =
        TestApi.map(api.get("/devices?selector=site%3Dlyon&limit=1&after=" + first.get("next")));
    Map<String, Object> third =
        TestApi.map(api.get("/devices?selector=site%3Dlyon&limit=1&after=" + second.get("next")));

    assertThat(ids(first)).containsExactly("cam-1");
    assertThat(ids(second)).containsExactly("cam-3");
    assertThat(third).containsEntry("items", List.of()).containsEntry("next", null);
    assertThat(ids(TestApi.map(api.get("/devices")))).hasSize(3);
  }

  @Test
  void labelsAreSetAndRemovedAndAnnouncedOnce() {
    String patch = "{\"set\":{\"camera\":\"blurred\"},\"remove\":[\"site\",\"none\"]}";
    HttpResponse<String> answer = api.call("PATCH", "/devices/cam-1/labels", patch);
    api.call("PATCH", "/devices/cam-1/labels", patch);

    assertThat(TestApi.map(answer)).containsEntry("labels", Map.of("camera", "blurred"));
    assertThat(fleet.devices.require("cam-1").labels()).containsOnlyKeys("camera");
    assertThat(fleet.eventTypes()).containsExactly("io.flotilla.device.labelled");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"set\":{\"id\":\"x\"}}", "{\"set\":{\"a\":\"\"}}", "{\"set\":{\"A\":\"b\"}}",
        "{\"set\":{\"a\":\"b,c\"}}", "{\"set\":{\"a\":\"b=c\"}}", "{\"set\":{\"a\":null}}",
        "{\"st\":{}}"
      })
  void labelsThatASelectorCouldNotNameAreRefused(String patch) {
    assertThat(TestApi.code(api.call("PATCH", "/devices/cam-1/labels", patch)))
        .isEqualTo("INPUT_INVALID");
    assertThat(fleet.devices.require("cam-1").labels()).containsOnlyKeys("site");
  }

  @Test
  void anUnknownDeviceIsNotFoundWhateverIsAskedOfIt() {
    assertThat(TestApi.code(api.get("/devices/none"))).isEqualTo("DEVICE_NOT_FOUND");
    assertThat(TestApi.code(api.call("PATCH", "/devices/none/labels", "{}")))
        .isEqualTo("DEVICE_NOT_FOUND");
    assertThat(TestApi.code(api.call("POST", "/devices/none/revoke", null)))
        .isEqualTo("DEVICE_NOT_FOUND");
    assertThat(TestApi.code(api.get("/devices?selector=x"))).isEqualTo("SELECTOR_INVALID");
  }

  @Test
  void aRevokedDeviceIsShutOutBeforeItIsDisconnected() throws InterruptedException {
    HttpResponse<String> answer = api.call("POST", "/devices/cam-1/revoke", null);

    assertThat(TestApi.map(answer)).containsEntry("revoked", true);
    assertThat(disconnected.poll(10, TimeUnit.SECONDS)).isEqualTo("cam-1");
    assertThat(fleet.devices.require("cam-1").identity().revoked()).isTrue();
    assertThat(fleet.eventTypes()).containsExactly("io.flotilla.device.revoked");
  }

  @SuppressWarnings("unchecked")
  private static List<String> ids(Map<String, Object> page) {
    return ((List<Map<String, Object>>) page.getOrDefault("items", List.of()))
        .stream().map(item -> String.valueOf(item.get("id"))).toList();
  }

  @Test
  void aDeviceInQuarantineIsNotAdmittedUntilItIsReleased() {
    api.call("POST", "/devices/cam-1/quarantine", "");
    assertThat(fleet.devices.admits("cam-1", new BigInteger("abc", 16))).isFalse();
    assertThat(new DeviceDirectory(fleet.store).admits("cam-1", new BigInteger("abc", 16)))
        .isFalse();
    assertThat(disconnected).containsExactly("cam-1");

    api.call("POST", "/devices/cam-1/release", "");
    api.call("POST", "/devices/cam-1/release", "");
    assertThat(fleet.devices.admits("cam-1", new BigInteger("abc", 16))).isTrue();
    assertThat(fleet.eventTypes())
        .containsExactly("io.flotilla.device.quarantined", "io.flotilla.device.released");
  }

  @Test
  void aReleaseDoesNotUndoARevocation() {
    api.call("POST", "/devices/cam-1/quarantine", "");
    api.call("POST", "/devices/cam-1/revoke", "");
    api.call("POST", "/devices/cam-1/release", "");

    assertThat(fleet.devices.admits("cam-1", new BigInteger("abc", 16))).isFalse();
  }
}
