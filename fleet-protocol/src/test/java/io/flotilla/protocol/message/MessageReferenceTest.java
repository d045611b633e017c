package io.flotilla.protocol.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The CDDL page names exactly the keys that the records have, in their order. */
class MessageReferenceTest {
  private static final Path PAGE = Path.of("..", "docs", "reference", "messages.cddl");

  @ParameterizedTest
  @CsvSource({
    "version-ref, VersionRef",
    "hello, Hello",
    "hello-past, Hello$Past",
    "hardware-facts, HardwareFacts",
    "accelerator-facts, HardwareFacts$AcceleratorFacts",
    "status, Status",
    "need, Need",
    "spooled-envelope, SpooledEnvelope",
    "ack, Ack",
    "assignment, Assignment",
    "progress, Progress",
    "reported, Reported",
    "capture, Capture",
    "prediction, Capture$Prediction",
    "window-report, WindowReport",
    "health-report, HealthReport",
    "health-rows, HealthReport$Rows",
    "device-event, DeviceEvent",
    "profile-command, ProfileCommand",
    "profile-report, ProfileReport",
    "profile-figures, ProfileReport$Figures",
    "profile-point, ProfileReport$Point",
    "renewal-request, RenewalRequest",
    "renewal-answer, RenewalAnswer",
    "device-command, DeviceCommand",
    "device-order, DeviceCommand$Order",
    "command-answer, CommandAnswer"
  })
  void everyRuleHasTheKeysOfItsRecord(String rule, String record) throws Exception {
    Class<?> type = Class.forName("io.flotilla.protocol.message." + record);
    List<String> keys = new ArrayList<>();
    for (RecordComponent component : type.getRecordComponents()) {
      keys.add(component.getName());
    }
    assertThat(keysOf(rule)).isEqualTo(keys);
  }

  private static List<String> keysOf(String rule) throws IOException {
    Matcher body =
        Pattern.compile("(?ms)^" + rule + " = \\{\n(.*?)^\\}").matcher(Files.readString(PAGE));
    assertThat(body.find()).as("rule " + rule).isTrue();
    List<String> keys = new ArrayList<>();
    Matcher key = Pattern.compile("(?m)^  (\\w+): ").matcher(body.group(1));
    while (key.find()) {
      keys.add(key.group(1));
    }
    return keys;
  }
}
