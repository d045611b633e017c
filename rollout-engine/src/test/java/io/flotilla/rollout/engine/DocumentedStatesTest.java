package io.flotilla.rollout.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page's tables of transitions are those of the code. */
class DocumentedStatesTest {
  private static final Path PAGE = Path.of("../docs/rollouts.md");
  private static final Pattern STATE = Pattern.compile("`([A-Z_]+)`");

  @Test
  void thePageTellsTheTransitionsOfRollouts() throws IOException {
    Map<String, Set<String>> coded = new TreeMap<>();
    for (RolloutState state : RolloutState.values()) {
      coded.put(state.name(), names(state.next().stream()));
    }
    assertThat(table("| a rollout that is |")).isEqualTo(coded);
  }

  @Test
  void thePageTellsTheTransitionsOfDevices() throws IOException {
    Map<String, Set<String>> coded = new TreeMap<>();
    for (TargetState state : TargetState.values()) {
      coded.put(state.name(), names(state.next().stream()));
    }
    assertThat(table("| a device that is |")).isEqualTo(coded);
  }

  private static Set<String> names(Stream<? extends Enum<?>> states) {
    return states.map(Enum::name).collect(Collectors.toCollection(TreeSet::new));
  }

  private static Map<String, Set<String>> table(String heading) throws IOException {
    Map<String, Set<String>> rows = new TreeMap<>();
    Files.readAllLines(PAGE).stream()
        .dropWhile(line -> !line.startsWith(heading))
        .skip(2)
        .takeWhile(line -> line.startsWith("|"))
        .forEach(
            line -> {
              Matcher names = STATE.matcher(line);
              assertThat(names.find()).as(line).isTrue();
              Set<String> next = new TreeSet<>();
              String state = names.group(1);
              while (names.find()) {
                next.add(names.group(1));
              }
              rows.put(state, next);
            });
    return rows;
  }
}
