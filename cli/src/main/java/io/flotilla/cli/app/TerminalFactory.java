package io.flotilla.cli.app;

import io.flotilla.cli.console.Terminal;
import java.lang.reflect.Constructor;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/** Makes commands and option groups; those that want the terminal take it in their constructor. */
final class TerminalFactory implements IFactory {
  private final IFactory plain = CommandLine.defaultFactory();
  private final Terminal terminal;

  TerminalFactory(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public <K> K create(Class<K> type) throws Exception {
    for (Constructor<?> constructor : type.getConstructors()) {
      if (constructor.getParameterCount() == 1
          && constructor.getParameterTypes()[0] == Terminal.class) {
        return type.cast(constructor.newInstance(terminal));
      }
    }
    return plain.create(type);
  }
}
