package io.flotilla.controller.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.controller.http.TestApi;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GroupRoutesTest {
  @TempDir Path folder;
  private TestFleet fleet;
  private TestApi api;

  @BeforeEach
  void start() {
    fleet = new TestFleet(folder.resolve("store"), Clock.systemUTC());
    api = new TestApi(folder, new GroupRoutes(fleet.state(), Clock.systemUTC()));
    fleet.add("cam-1", Map.of("site", "lyon"));
    fleet.add("cam-2", Map.of("site", "paris"));
    fleet.add("cam-3", Map.of("site", "lyon", "row", "7"));
  }

  @AfterEach
  void stop() {
    api.close();
    fleet.close();
  }

  private HttpResponse<String> save(String name, String selector) {
    return api.call("PUT", "/groups/" + name, "{\"selector\":\"%s\"}".formatted(selector));
  }

  private Map<String, Object> preview(String selector) {
    return TestApi.map(
        api.call("POST", "/groups/preview", "{\"selector\":\"%s\"}".formatted(selector)));
  }

  @Test
  void aGroupHasWhoeverItsSelectorMeansAtTheMoment() {
    assertThat(TestApi.map(save("lyon", "site=lyon"))).containsEntry("devices", 2);

    fleet.add("cam-4", Map.of("site", "lyon"));

    assertThat(TestApi.map(api.get("/groups/lyon"))).containsEntry("devices", 3);
    assertThat(fleet.eventTypes()).containsExactly("io.flotilla.group.changed");
  }

  @Test
  void aPreviewCountsBeforeAnythingIsDone() {
    save("lyon", "site=lyon");

    assertThat(preview("@lyon, row!=7"))
        .containsEntry("selector", "site=lyon,row!=7")
        .containsEntry("enrolled", 3)
        .containsEntry("devices", 1)
        .containsEntry("online", 0)
        .containsEntry("runtime", Map.of("unknown", 1))
        .containsEntry("first", List.of("cam-1"));
    assertThat(preview("site=rome")).containsEntry("devices", 0);
    assertThat(preview("*")).containsEntry("devices", 3);
  }

  @Test
  void aGroupThatNamesAnotherTakesItsTermsOver() {
    save("lyon", "site=lyon");
    save("row", "@lyon, row=7");
    save("lyon", "site=paris");

    assertThat(fleet.groups.expand("@row")).isEqualTo("site=lyon, row=7");
  }

  @Test
  void groupsSurviveARestartAndTheirDeletion() {
    save("lyon", "site=lyon");
    save("all", "*");
    assertThat(new Groups(fleet.store).expand("@lyon")).isEqualTo("site=lyon");
    assertThat(new Groups(fleet.store).expand("@all")).isEqualTo("*");

    assertThat(api.call("DELETE", "/groups/lyon", "").statusCode()).isEqualTo(204);

    assertThat(new Groups(fleet.store).list()).extracting(Group::name).containsExactly("all");
    assertThat(api.get("/groups/lyon").statusCode()).isEqualTo(404);
    assertThat(fleet.audit.verify(Optional.empty()).intact()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "lyon | site          | SELECTOR_INVALID",
        "lyon | @none         | GROUP_NOT_FOUND",
        "lyon | @             | GROUP_NOT_FOUND",
        "Lyon | site=lyon     | INPUT_INVALID",
        "lyon | site=lyon,    | SELECTOR_INVALID",
      })
  void badGroupsAreRefused(String name, String selector, String code) {
    HttpResponse<String> answer = save(name, selector);

    assertThat(TestApi.map(answer)).containsEntry("code", code);
    assertThat(new Groups(fleet.store).list()).isEmpty();
  }
}
