"""Completion of commands, options and their values, for each shell.

Commands stand directly behind the program: their path decides what may follow.
"""

# What may stand for a value that --help calls so; FILE is any file.
VALUES = {"CHOICE": "on off", "FORMAT": "auto text json", "LEVEL": "debug info warn error"}

BASH = """\
# Completion of visitor-counter for bash.
_visitor_counter() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD - 1]}} path= options= commands= values= i
  if [[ $current == = ]]; then current= ; elif [[ $previous == = ]]; then previous=${{COMP_WORDS[COMP_CWORD - 2]}}; fi
  for ((i = 1; i < COMP_CWORD; ++i)); do
    case "$path ${{COMP_WORDS[i]}}" in
      {paths}) path+=" ${{COMP_WORDS[i]}}" ;;
      *) break ;;
    esac
  done
  case "$path $previous" in
{values}
  esac
  case $path in
{commands}
  esac
  COMPREPLY=()
  if [[ $values == FILE || ( -z $values && $current != -* && -z $commands ) ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  elif [[ $values != ANY ]]; then
    mapfile -t COMPREPLY < <(compgen -W "${{values:-$commands $options}}" -- "$current")
  fi
}}
complete -F _visitor_counter visitor-counter
"""

ZSH = """\
#compdef visitor-counter
# Completion of visitor-counter for zsh.
local at=
integer depth=1
while (( depth < CURRENT - 1 )); do
  case "$at ${{words[depth + 1]}}" in
    ({paths}) at+=" ${{words[depth + 1]}}" ;;
    (*) break ;;
  esac
  (( ++depth ))
done
words=("${{words[1]}}" "${{(@)words[depth + 1,-1]}}")
(( CURRENT -= depth - 1 ))
case $at in
{commands}
esac
"""

FISH = """\
# Completion of visitor-counter for fish.
function __visitor_counter_at
    set -l at
    for word in (commandline -opc)[2..-1]
        switch "$at $word"
            case {paths}
                set at "$at $word"
            case '*'
                break
        end
    end
    test "$at" = "$argv[1]"
end
complete -c visitor-counter -f
{commands}
"""


def bash(program):
    values, commands = [], []
    for command in program.all:
        for option in command.options:
            if option.value:
                known = VALUES.get(option.value, "FILE" if option.value == "FILE" else "ANY")
                values.append(f"    '{_at(command)} {option.name}') values='{known}' ;;")
        options = " ".join(["--help", *(option.name for option in command.options)])
        below = " ".join(entry.path[-1] for entry in command.commands)
        commands.append(f"    '{_at(command)}') options='{options}' commands='{below}' ;;")
    return BASH.format(paths=_paths(program, "|"), values="\n".join(values), commands="\n".join(commands))


def zsh(program):
    commands = []
    for command in program.all:
        specifications = ["'(- *)--help[print help]'"]
        specifications += [_zsh_option(option) for option in command.options]
        if command.commands:
            below = " ".join(f'{entry.path[-1]}\\:"{_zsh_text(entry.help)}"' for entry in command.commands)
            specifications.append(_quoted(f"1:command:(({below}))"))
        for argument in command.arguments:
            specifications.append(f"':{argument.name}:{'_files' if argument.name == 'FILE' else ' '}'")
        lines = " \\\n    ".join(specifications)
        commands.append(f"  ('{_at(command)}') _arguments -S \\\n    {lines} ;;")
    return ZSH.format(paths=_paths(program, "|"), commands="\n".join(commands))


def fish(program):
    lines = []
    for command in program.all:
        start = f"complete -c visitor-counter -n \"__visitor_counter_at '{_at(command)}'\""
        lines.append(f"{start} -l help -d 'Print help'")
        lines += [f"{start} -a {entry.path[-1]} -d {_quoted(entry.help)}" for entry in command.commands]
        lines += [f"{start} {_fish_option(option)}" for option in command.options]
        if any(argument.name == "FILE" for argument in command.arguments):
            lines.append(f"{start} -F")
    return FISH.format(paths=_paths(program, " "), commands="\n".join(lines))


def _at(command):
    return "".join(f" {name}" for name in command.path)


def _paths(program, between):
    return between.join(f"'{_at(command)}'" for command in program.all if command.path)


def _quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"


def _zsh_option(option):
    if not option.value:
        return _quoted(f"{option.name}[{_zsh_text(option.help)}]")
    known = VALUES.get(option.value)
    values = f"({known})" if known else "_files" if option.value == "FILE" else " "
    return _quoted(f"{option.name}=[{_zsh_text(option.help)}]:{_zsh_text(option.value)}:{values}")


def _zsh_text(text):
    return text.replace("[", "\\[").replace("]", "\\]").replace(":", "\\:")


def _fish_option(option):
    value = ""
    if option.value:
        known = VALUES.get(option.value)
        value = f" -x -a '{known}'" if known else " -r -F" if option.value == "FILE" else " -x"
    return f"-l {option.name.removeprefix('--')}{value} -d {_quoted(option.help)}"
