import type { Command, Option } from 'commander';

/** The shells that there are scripts for. */
export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof SHELLS)[number];

/** What a program takes on its command line, as completion offers it. */
interface Offers {
  readonly program: string;
  /** A name for a function of a shell. */
  readonly called: string;
  readonly options: readonly OfferedOption[];
  /** Whether it takes a file as an argument. */
  readonly takesFile: boolean;
}

interface OfferedOption {
  /** Such as `-h` and `--help`. */
  readonly flags: readonly string[];
  readonly words: string;
  /** What the value is called; undefined if the option takes none. */
  readonly value: string | undefined;
  /** Whether the value may be missing: it is then in the word of the option alone, behind a `=`. */
  readonly optional: boolean;
  readonly choices: readonly string[];
  readonly file: boolean;
  readonly repeated: boolean;
}

/** A script that completes the command line of that program in that shell: all that its help shows. */
export function completion(command: Command, shell: Shell): string {
  const offers = offersOf(command);
  return { bash, zsh, fish, powershell }[shell](offers);
}

/** Whether a program takes a file as an argument. */
export function takesFile(command: Command): boolean {
  return command.registeredArguments.some((argument) => argument.name() === 'file');
}

function offersOf(command: Command): Offers {
  const program = command.name();
  return {
    program,
    called: `_${program.replaceAll('-', '_')}`,
    options: command.createHelp().visibleOptions(command).map(offered),
    takesFile: takesFile(command),
  };
}

function offered(option: Option): OfferedOption {
  const value = /[<[](.*?)(?:\.\.\.)?[>\]]/.exec(option.flags)?.[1];
  return {
    flags: [option.short, option.long].filter((flag) => flag !== undefined),
    words: option.description.replaceAll(/\s+/g, ' '),
    value,
    optional: option.optional,
    choices: option.argChoices ?? [],
    file: value === 'file',
    repeated: option.argChoices === undefined && (option.parseArg?.length ?? 0) > 1,
  };
}

function bash({ program, called, options, takesFile }: Offers): string {
  const cases = options.flatMap(({ flags, value, optional, choices, file }) => {
    if (value === undefined) return [];
    const words = flags.flatMap((flag) => (optional ? [`${flag}=`] : [flag, `${flag}=`]));
    return [
      `    ${words.join('|')}) ${file ? 'compopt -o default' : `COMPREPLY=($(compgen -W '${choices.join(' ')}' -- "$word"))`}; return ;;`,
    ];
  });
  return `# bash: source <(${program} completion bash)
${called}() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} earlier
  # --option=value is three words.
  if [[ $word == = ]]; then word= before+==; elif [[ $before == = ]]; then before=\${COMP_WORDS[COMP_CWORD - 2]}=; fi
  COMPREPLY=()
  # Behind -- there are no options.
  for earlier in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ $earlier == -- ]]; then ${takesFile ? 'compopt -o default; ' : ''}return; fi
  done
  case $before in
${cases.join('\n')}
    completion) COMPREPLY=($(compgen -W '${SHELLS.join(' ')}' -- "$word")); return ;;
  esac
  if [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W '${options.flatMap(({ flags }) => flags).join(' ')}' -- "$word"))
  elif (( COMP_CWORD == 1 )) && [[ -n $word ]]; then
    COMPREPLY=($(compgen -W completion -- "$word"))
  fi
  (( \${#COMPREPLY[@]} )) || ${takesFile ? 'compopt -o default' : ':'}
}
complete -F ${called} ${program}
`;
}

function zsh({ program, called, options, takesFile }: Offers): string {
  const specs = options.map(({ flags, words, value, optional, choices, file, repeated }) => {
    const [first = '', ...others] = flags.map((flag) => (optional ? `${flag}=-` : flag));
    const names = others.length === 0 ? first : `{${flags.join(',')}}`;
    const apart = repeated ? '*' : others.length === 0 ? '' : `(${flags.join(' ')})`;
    const action = choices.length > 0 ? `(${choices.join(' ')})` : file ? '_files' : ' ';
    const taken = value === undefined ? '' : `${optional ? '::' : ':'}${value}:${action}`;
    const about = `[${words.replaceAll(/[[\]:\\]/g, '\\$&')}]${taken}`;
    // Braces are expanded outside of quotes alone.
    return `    ${others.length === 0 ? quoted(`${apart}${names}${about}`) : `${quoted(apart)}${names}${quoted(about)}`}`;
  });
  return `#compdef ${program}
# zsh: source <(${program} completion zsh), or a file _${program} in a folder of $fpath
${called}() {
  if (( CURRENT == 3 )) && [[ $words[2] == completion ]]; then
    compadd ${SHELLS.join(' ')}
    return
  fi
  if (( CURRENT == 2 )); then compadd completion; fi
  _arguments -s -S \\
${specs.join(' \\\n')} \\
    '*:${takesFile ? 'file:_files' : 'address: '}'
}
if [[ $funcstack[1] == _${program} ]]; then ${called} "$@"; else compdef ${called} ${program}; fi
`;
}

function fish({ program, options, takesFile }: Offers): string {
  const lines = options.map(({ flags, words, value, optional, choices, file }) => {
    const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
    const taken =
      value === undefined || optional
        ? ''
        : file
          ? ' -r -F'
          : choices.length > 0
            ? ` -x -a ${fishQuoted(choices.join(' '))}`
            : ' -x';
    return `complete -c ${program} ${names.join(' ')}${taken} -d ${fishQuoted(words)}`;
  });
  return `# fish: ${program} completion fish | source
${takesFile ? '' : `complete -c ${program} -f\n`}${lines.join('\n')}
complete -c ${program} -n __fish_is_first_arg -a completion -d 'print a script that completes'
complete -c ${program} -n '__fish_seen_subcommand_from completion' -f -a ${fishQuoted(SHELLS.join(' '))}
`;
}

function powershell({ program, options, takesFile }: Offers): string {
  const text = (words: string): string => `'${words.replaceAll("'", "''")}'`;
  const rows = options.flatMap(({ flags, words }) => flags.map((flag) => `    ${text(flag)} = ${text(words)}`));
  const values = options.flatMap(({ flags, choices }) =>
    choices.length === 0 ? [] : flags.map((flag) => `    ${text(flag)} = @(${choices.map(text).join(', ')})`),
  );
  return `# PowerShell: ${program} completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName ${text(program)} -ScriptBlock {
  param($word, $line, $cursor)
  $options = [ordered]@{
${rows.join('\n')}
  }
  $values = @{
${[...values, `    'completion' = @(${SHELLS.map(text).join(', ')})`].join('\n')}
  }
  $words = @($line.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursor } | ForEach-Object { "$_" })
  $before = $words[-1]
  # Behind -- there are no options.
  if ($words -contains '--') { return }
  if ($values.Contains($before)) {
    $values[$before] | Where-Object { $_ -like "$word*" } |
      ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
  }${takesFile ? '' : " elseif ($words.Count -eq 1 -and $word -ne '' -and 'completion' -like \"$word*\") { 'completion' }"} else {
    $options.Keys | Where-Object { $_ -like "$word*" } |
      ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterName', $options[$_]) }
  }
}
`;
}

/** A text as one word of bash and zsh. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function fishQuoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
}
