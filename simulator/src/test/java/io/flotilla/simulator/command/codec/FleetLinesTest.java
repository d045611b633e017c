package io.flotilla.simulator.command.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.simulator.command.FleetCommand;
import io.flotilla.simulator.command.FleetEvent;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FleetLinesTest {
  @Test
  void readsEveryCommand() {
    assertReads("{'cmd':'enrol'}", new FleetCommand.Enrol());
    assertReads("{'cmd':'start'}", new FleetCommand.Start());
    assertReads("{'cmd':'feed','windows':2,'rows':200}", new FleetCommand.Feed(2, 200));
    assertReads(
        "{'cmd':'degrade','devices':['sim-003'],'kind':'blur'}",
        new FleetCommand.Degrade(List.of("sim-003"), "blur"));
    assertReads("{'cmd':'status'}", new FleetCommand.Status());
    assertReads("{'cmd':'labels','file':'/tmp/x'}", new FleetCommand.Labels("/tmp/x"));
    assertReads("{'cmd':'drain','timeoutSeconds':30}", new FleetCommand.Drain(30));
    assertReads("{'cmd':'stop'}", new FleetCommand.Stop());
  }

  @Test
  void writesEveryEventAsOneLine() {
    assertWrites(
        new FleetEvent.Progress("feed", 1, 40),
        "{'event':'progress','command':'feed','done':1,'total':40}");
    assertWrites(new FleetEvent.Enrolled(20), "{'event':'enrolled','devices':20}");
    assertWrites(new FleetEvent.Started(20), "{'event':'started','devices':20}");
    assertWrites(new FleetEvent.Fed(8_000), "{'event':'fed','predictions':8000}");
    assertWrites(
        new FleetEvent.Degraded(List.of("sim-003"), "blur"),
        "{'event':'degraded','devices':['sim-003'],'kind':'blur'}");
    assertWrites(new FleetEvent.Labels(12), "{'event':'labels','count':12}");
    assertWrites(new FleetEvent.Drained(0), "{'event':'drained','unacknowledged':0}");
    assertWrites(new FleetEvent.Stopped(), "{'event':'stopped'}");
    assertWrites(
        new FleetEvent.Failed("NO_MODEL", "No model."),
        "{'event':'error','code':'NO_MODEL','message':'No model.'}");
    assertWrites(
        new FleetEvent.Status(
            List.of(
                new FleetEvent.DeviceStatus(
                    "sim-001",
                    Optional.of("digits:1"),
                    200,
                    199,
                    1,
                    3,
                    Map.of("digits:1", Map.of("COMMITTED", 1L))),
                new FleetEvent.DeviceStatus("sim-002", Optional.empty(), 0, 0, 0, 0, Map.of()))),
        "{'event':'status','devices':[{'id':'sim-001','running':'digits:1','made':200,"
            + "'captured':199,'refused':1,'unacknowledged':3,"
            + "'deployments':{'digits:1':{'COMMITTED':1}}},"
            + "{'id':'sim-002','running':null,'made':0,'captured':0,'refused':0,"
            + "'unacknowledged':0,'deployments':{}}]}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{}",
        "{'cmd':'dance'}",
        "{'cmd':'feed'}",
        "{'cmd':'feed','windows':0,'rows':200}",
        "{'cmd':'feed','windows':100000,'rows':1000}",
        "{'cmd':'drain','timeoutSeconds':0}",
        "{'cmd':'labels','file':null}",
        "{'cmd':'stop'} {}",
        "{'cmd':'stop'"
      })
  void refusesWhatIsNoCommand(String line) {
    assertThatThrownBy(() -> FleetLines.decodeCommand(line.replace('\'', '"')))
        .isInstanceOfSatisfying(
            FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INPUT_INVALID));
  }

  private static void assertReads(String line, FleetCommand command) {
    assertThat(FleetLines.decodeCommand(line.replace('\'', '"'))).isEqualTo(command);
    assertThat(FleetLines.decodeCommand(FleetLines.encode(command))).isEqualTo(command);
  }

  private static void assertWrites(FleetEvent event, String line) {
    assertThat(FleetLines.encode(event)).isEqualTo(line.replace('\'', '"'));
    assertThat(FleetLines.decodeEvent(FleetLines.encode(event))).isEqualTo(event);
  }
}
