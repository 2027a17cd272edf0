# shellcheck shell=bash
# For scripts that check: a line a check, and tools that are fetched if they are not at hand.

tools=target/deploy-tools
failed=0

# check NAME COMMAND...: one line, and what the command said if it failed.
check() {
    local name=$1 said
    shift
    if said=$("$@" 2>&1); then
        printf '%-44s ok\n' "$name"
    else
        printf '%-44s FAILED\n%s\n' "$name" "$said"
        # shellcheck disable=SC2034 # The caller ends with it.
        failed=1
    fi
}

# not_checked NAME WHY
not_checked() {
    printf '%-44s not checked: %s\n' "$1" "$2"
}

# quiet COMMAND...: fails as well if the command says anything.
quiet() {
    local said
    said=$("$@" 2>&1) && [[ -z $said ]] || {
        printf '%s\n' "$said"
        return 1
    }
}

# from_debian PACKAGE PROGRAM: where PROGRAM is, unpacked from PACKAGE if it must be.
from_debian() {
    local package=$1 program=$2
    command -v "$program" && return
    if [[ ! -x $tools/$package/usr/bin/$program ]]; then
        mkdir -p "$tools"
        (cd "$tools" && apt-get download "$package" && dpkg -x "$package"_*.deb "$package") \
            >/dev/null 2>&1 || return 1
    fi
    echo "$tools/$package/usr/bin/$program"
}

# new_venv REQUIREMENT: a virtual environment that has it.
new_venv() {
    local requirement=$1
    local venv=$tools/${requirement%%=*}
    { python3 -m venv --clear "$venv" &&
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$requirement"; } \
        >/dev/null 2>&1 || return 1
    echo "$venv"
}

# from_pypi PROGRAM REQUIREMENT: where PROGRAM is, in a virtual environment if it must be.
from_pypi() {
    local program=$1 requirement=$2 venv
    command -v "$program" && return
    venv=$tools/${requirement%%=*}
    if [[ ! -x $venv/bin/$program ]]; then
        venv=$(new_venv "$requirement") || return 1
    fi
    echo "$venv/bin/$program"
}

# python_with MODULE REQUIREMENT: a Python that has MODULE, in a virtual environment.
python_with() {
    local module=$1 requirement=$2
    local venv=$tools/${requirement%%=*}
    if ! "$venv/bin/python" -c "import $module" 2>/dev/null; then
        venv=$(new_venv "$requirement") || return 1
    fi
    echo "$venv/bin/python"
}
