---`:Hmls`: its subcommands and their completion.
local client_of = require('hmls.client')

local M = {}

---@class hmls.Subcommand
---@field desc string
---@field run fun(arguments: string[])
---@field complete? fun(arguments: string[]): string[] for the argument after those

---@return string[]
local function targets()
  local homes = require('hmls.homes')
  if #homes.known() == 0 then
    local done = false
    homes.refresh(function()
      done = true
    end)
    vim.wait(1500, function()
      return done
    end, 20)
  end
  return vim
    .iter(homes.targets())
    :map(function(chosen)
      return chosen.target.name
    end)
    :totable()
end

---@param arguments string[]
---@return string[]
local function only_targets(arguments)
  return #arguments == 0 and targets() or {}
end

---@param desc string
---@param command string
---@return hmls.Subcommand
local function deploys(desc, command)
  return {
    desc = desc,
    run = function(arguments)
      require('hmls.deploy').start(command, arguments[1])
    end,
    complete = only_targets,
  }
end

---@type table<string, hmls.Subcommand>
M.subcommands = {
  layers = {
    desc = 'Users, targets and layers with their health',
    run = function()
      require('hmls.layers').show()
    end,
  },
  show = {
    desc = 'The effective settings of a target',
    run = function(arguments)
      require('hmls.settings').show(arguments[1], arguments[2])
    end,
    complete = function(arguments)
      if #arguments == 1 then
        return require('hmls.settings').known_paths(arguments[1])
      end
      return only_targets(arguments)
    end,
  },
  effective = {
    desc = 'The effective configuration of a target as one Nix set',
    run = function(arguments)
      local document = require('hmls.document')
      require('hmls.homes').choose(arguments[1], { prompt = 'Configuration of' }, function(chosen)
        document.open(document.effective_uri(chosen), 'vsplit')
      end)
    end,
    complete = only_targets,
  },
  diff = {
    desc = 'The effective configurations of two targets, as a diff',
    run = function(arguments)
      local homes = require('hmls.homes')
      homes.choose(arguments[1], { prompt = 'Compare', pick = true }, function(left)
        homes.choose(arguments[2], { prompt = 'With', pick = true }, function(right)
          require('hmls.document').compare(left, right)
        end)
      end)
    end,
    complete = function(arguments)
      return #arguments < 2 and targets() or {}
    end,
  },
  build = deploys('Build a target', 'build'),
  preview = deploys('What a switch would change, as a diff', 'preview'),
  switch = deploys('Build a target and switch to it', 'switch'),
  check = {
    desc = 'Evaluate a target with Nix, or all of them',
    run = function(arguments)
      require('hmls.deploy').check(arguments[1])
    end,
    complete = function(arguments)
      return #arguments == 0 and vim.list_extend({ 'all' }, targets()) or {}
    end,
  },
  rollback = {
    desc = 'Go back to a generation',
    run = function(arguments)
      local number = tonumber(arguments[2])
      if arguments[2] and not number then
        client_of.say(('%s is no generation'):format(arguments[2]), vim.log.levels.ERROR)
        return
      end
      require('hmls.deploy').rollback(arguments[1], number)
    end,
    complete = function(arguments)
      if #arguments == 1 then
        return require('hmls.deploy').numbers(arguments[1])
      end
      return only_targets(arguments)
    end,
  },
  generations = {
    desc = 'The generations of a target with their changes',
    run = function(arguments)
      require('hmls.deploy').generations(arguments[1])
    end,
    complete = only_targets,
  },
  target = {
    desc = 'Put a target in focus: hover and hints speak of it first',
    run = function(arguments)
      local homes = require('hmls.homes')
      local opts = { prompt = 'Put in focus', pick = true }
      homes.choose(arguments[1], opts, homes.set_focus)
    end,
    complete = only_targets,
  },
  cancel = {
    desc = 'Cancel the deployment that runs',
    run = function()
      if require('hmls.progress').cancel() == 0 then
        client_of.say('nothing runs that can be cancelled')
      end
    end,
  },
  log = {
    desc = 'What deployments said',
    run = function()
      require('hmls.log').open()
    end,
  },
  restart = {
    desc = 'Restart the servers',
    run = function()
      require('hmls.restart')()
    end,
  },
}

---@param args vim.api.keyset.create_user_command.command_args
function M.run(args)
  local arguments = vim.list_slice(args.fargs)
  local name = table.remove(arguments, 1)
  if not name then
    local names = vim.tbl_keys(M.subcommands)
    table.sort(names)
    vim.ui.select(names, {
      prompt = 'hmls',
      kind = 'hmls_command',
      format_item = function(each)
        return ('%-12s %s'):format(each, M.subcommands[each].desc)
      end,
    }, function(chosen)
      if chosen then
        M.subcommands[chosen].run({})
      end
    end)
    return
  end
  local subcommand = M.subcommands[name]
  if not subcommand then
    client_of.say(('there is no :Hmls %s'):format(name), vim.log.levels.ERROR)
    return
  end
  subcommand.run(arguments)
end

---@param lead string
---@param line string
---@param position integer
---@return string[]
function M.complete(lead, line, position)
  local words = vim.split(line:sub(1, position):gsub('^.-Hmls!?%s*', ''), '%s+')
  words[#words] = nil
  local name = table.remove(words, 1)
  local candidates
  if not name then
    candidates = vim.tbl_keys(M.subcommands)
    table.sort(candidates)
  else
    local subcommand = M.subcommands[name]
    candidates = subcommand and subcommand.complete and subcommand.complete(words) or {}
  end
  return vim.tbl_filter(function(candidate)
    return vim.startswith(candidate, lead)
  end, candidates)
end

return M
