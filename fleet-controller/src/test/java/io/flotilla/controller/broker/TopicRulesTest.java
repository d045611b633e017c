package io.flotilla.controller.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.protocol.topic.Topics;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopicRulesTest {
  private static final String HEX = "0123456789abcdef".repeat(4);
  private static final String ROOT = "flotilla/1/default/";
  private static final Principal CAM = new Principal.Device("cam-1");
  private static final Principal CONTROLLER = new Principal.Controller();

  private final TopicRules rules = new TopicRules(new Topics("default"));

  @ParameterizedTest
  @CsvSource({
    "devices/cam-1/up/status, true, 1, true",
    "devices/cam-1/up/status, false, 0, true",
    "devices/cam-1/up/hello, false, 1, true",
    "devices/cam-1/up/hello, true, 1, false",
    "devices/cam-1/up/capture, false, 2, false",
    "devices/cam-1/up/unknown, false, 1, false",
    "devices/cam-1/up/hello/more, false, 1, false",
    "devices/cam-1/up/, false, 1, false",
    "devices/cam-10/up/hello, false, 1, false",
    "devices/cam-1/down/ack, false, 1, false",
    "devices/cam-1/down/assignment, true, 1, false",
    "bundles/HEX/parts, false, 1, false",
  })
  void aDevicePublishes(String topic, boolean retain, int qos, boolean allowed) {
    assertThat(rules.mayPublish(CAM, topic(topic), retain, qos)).isEqualTo(allowed);
  }

  @ParameterizedTest
  @CsvSource({
    "devices/cam-1/down/#, true",
    "devices/cam-1/down/assignment, true",
    "devices/cam-1/down/ack, true",
    "devices/cam-1/down/command, true",
    "devices/cam-1/down/+, false",
    "devices/cam-1/down/other, false",
    "devices/cam-1/#, false",
    "devices/cam-1/up/#, false",
    "devices/cam-2/down/#, false",
    "devices/+/down/#, false",
    "bundles/+/parts, true",
    "bundles/HEX/parts, true",
    "bundles/#, false",
    "bundles/0123/parts, false",
  })
  void aDeviceSubscribes(String filter, boolean allowed) {
    assertThat(rules.maySubscribe(CAM, topic(filter))).isEqualTo(allowed);
    assertThat(rules.maySubscribe(CAM, "$share/g/" + topic(filter))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "devices/cam-1/down/assignment, true, true",
    "devices/any/down/ack, false, true",
    "devices/any/down/command, false, true",
    "devices/any/down/other, false, false",
    "devices/Any/down/ack, false, false",
    "devices/a/b/down/ack, false, false",
    "devices/any/up/hello, false, false",
    "bundles/HEX/parts, false, true",
    "bundles/HEX/parts, true, false",
    "bundles/0123/parts, false, false",
  })
  void theControllerPublishes(String topic, boolean retain, boolean allowed) {
    assertThat(rules.mayPublish(CONTROLLER, topic(topic), retain, 1)).isEqualTo(allowed);
    assertThat(rules.mayPublish(CONTROLLER, topic(topic), retain, 2)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "devices/+/up/#, true",
    "devices/+/down/#, false",
    "bundles/+/parts, false",
    "#, false",
  })
  void theControllerSubscribes(String filter, boolean allowed) {
    assertThat(rules.maySubscribe(CONTROLLER, topic(filter))).isEqualTo(allowed);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "#",
        "+",
        "$SYS/broker/uptime",
        "$share/g/x",
        "flotilla/1/other/devices/cam-1/up/hello",
        "flotilla/2/default/devices/cam-1/up/hello",
        "/flotilla/1/default/devices/cam-1/up/hello"
      })
  void nobodyUsesAnythingElse(String topic) {
    for (Principal who : new Principal[] {CAM, CONTROLLER}) {
      assertThat(rules.mayPublish(who, topic, false, 1)).isFalse();
      assertThat(rules.maySubscribe(who, topic)).isFalse();
    }
  }

  private static String topic(String below) {
    return ROOT + below.replace("HEX", HEX);
  }
}
