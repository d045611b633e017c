package io.flotilla.cli.app;

import io.flotilla.cli.alert.AlertCommand;
import io.flotilla.cli.bench.BenchCommand;
import io.flotilla.cli.bundles.BundleCommand;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.Terminal;
import io.flotilla.cli.data.DatasetCommand;
import io.flotilla.cli.data.LabelCommand;
import io.flotilla.cli.data.RunCommand;
import io.flotilla.cli.demo.DemoCommand;
import io.flotilla.cli.device.DeviceCommand;
import io.flotilla.cli.device.GroupCommand;
import io.flotilla.cli.environment.EnvironmentCommand;
import io.flotilla.cli.governance.AuditCommand;
import io.flotilla.cli.governance.BackupCommand;
import io.flotilla.cli.models.ModelCommand;
import io.flotilla.cli.observe.DriftCommand;
import io.flotilla.cli.observe.EventsCommand;
import io.flotilla.cli.observe.PredictionsCommand;
import io.flotilla.cli.observe.WebhookCommand;
import io.flotilla.cli.operator.OperatorCommand;
import io.flotilla.cli.process.AgentCommand;
import io.flotilla.cli.process.ControllerCommand;
import io.flotilla.cli.process.SimulateCommand;
import io.flotilla.cli.rollout.RolloutCommand;
import io.flotilla.cli.score.ScoreCommand;
import io.flotilla.cli.score.ServeCommand;
import io.flotilla.cli.trust.TrustCommand;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Arrays;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The command {@code flotilla}: every subcommand, and how each of them ends. */
@Command(
    name = "flotilla",
    description = "Runs machine-learning models on fleets of edge devices, and keeps them good.",
    subcommands = {
      DemoCommand.class,
      ControllerCommand.class,
      AgentCommand.class,
      SimulateCommand.class,
      TrustCommand.class,
      BundleCommand.class,
      ModelCommand.class,
      EnvironmentCommand.class,
      DeviceCommand.class,
      GroupCommand.class,
      RolloutCommand.class,
      DatasetCommand.class,
      LabelCommand.class,
      RunCommand.class,
      DriftCommand.class,
      PredictionsCommand.class,
      EventsCommand.class,
      WebhookCommand.class,
      AlertCommand.class,
      AuditCommand.class,
      OperatorCommand.class,
      BackupCommand.class,
      ScoreCommand.class,
      ServeCommand.class,
      BenchCommand.class,
    },
    footer = {"Example:", "  flotilla demo"})
public final class Main extends CommandGroup {
  /** Columns of help and usage texts. */
  private static final int WIDTH = 100;

  /** The root command on this terminal. */
  public Main(Terminal terminal) {
    super(terminal);
  }

  /** Runs one command and ends the process with its status. */
  public static void main(String[] args) {
    Locale.setDefault(Locale.ROOT);
    Terminal terminal =
        new Terminal(
            System.in,
            new PrintStream(System.out, true, StandardCharsets.UTF_8),
            System.err,
            Clock.systemUTC(),
            System.getenv(),
            isInteractive());
    System.exit(run(terminal, args));
  }

  @SuppressWarnings("SystemConsoleNull") // the API still says that it may be
  private static boolean isInteractive() {
    return System.console() != null && System.console().isTerminal();
  }

  /** Runs one command; returns its exit status, and never throws. */
  public static int run(Terminal terminal, String... args) {
    return commandLine(terminal).execute(args);
  }

  /** The parser with every command, for running and for writing the reference page. */
  public static CommandLine commandLine(Terminal terminal) {
    CommandLine line = new CommandLine(new Main(terminal), new TerminalFactory(terminal));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
    line.setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8));
    line.setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8));
    line.setParameterExceptionHandler(Failures::ofUsage);
    line.setExecutionExceptionHandler(Failures::ofExecution);
    line.setUsageHelpWidth(WIDTH);
    describe(line.getCommandSpec());
    return line;
  }

  private static void describe(CommandSpec spec) {
    UsageMessageSpec usage = spec.usageMessage();
    usage.sortOptions(false);
    usage.synopsisSubcommandLabel("COMMAND");
    if (spec.parent() == null) {
      usage.exitCodeListHeading("Exit status:%n");
      usage.exitCodeList(ExitStatus.table());
    } else {
      usage.footer(append(usage.footer(), ExitStatus.line()));
    }
    spec.subcommands().values().forEach(sub -> describe(sub.getCommandSpec()));
  }

  private static String[] append(String[] lines, String last) {
    String[] more = Arrays.copyOf(lines, lines.length + 1);
    more[lines.length] = last;
    return more;
  }
}
